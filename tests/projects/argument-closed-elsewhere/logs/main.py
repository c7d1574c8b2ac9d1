from logs.consume import Tail, keep, read, read_and_close


def first(path):
    return read_and_close(open(path))


def second(path):
    source = open(path)
    return read_and_close(source)


def third(path):
    keep(open(path))


def fourth(path):
    return Tail(open(path))


def fifth(path):
    with open(path) as source:
        return read(source)
