from shop.connections import client

PLAIN = "plain"


def plain(url):
    return client("plain").get(url)  # expect: missing-timeout


def named(url):
    return client(kind=PLAIN).get(url)  # expect: missing-timeout


def modern(url):
    return client("modern").get(url)


def either(url, kind):
    return client(kind).get(url)


def other(url):
    return client("odd").get(url)
