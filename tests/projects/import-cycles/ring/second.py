import time

from ring import first


def carry_on(url):
    time.sleep(0.5)
    return first.session.get(url)  # expect: missing-timeout


def back(url):
    return first.begin(url)
