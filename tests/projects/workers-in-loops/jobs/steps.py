import os


def charge(order):
    return os.environ["CHARGE_KEY"], order  # expect: lazy-config-read


def ship(order):
    return os.environ["SHIP_KEY"], order  # expect: lazy-config-read


def send(mail):
    return os.environ["MAIL_KEY"], mail  # expect: lazy-config-read


def score(message):
    return os.environ["SCORE_KEY"], message  # expect: lazy-config-read


def prepare():
    return os.environ["PREPARE_KEY"]


def drain(item):
    return os.environ["DRAIN_KEY"], item


def fetch(item):
    return os.environ["FETCH_KEY"], item


def count(item):
    return os.environ["COUNT_KEY"], item


def unreached(item):
    return os.environ["UNREACHED_KEY"], item
