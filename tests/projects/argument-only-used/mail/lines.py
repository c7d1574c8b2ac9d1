import functools

from mail import deep
from mail.unknown import publish

OPEN = []


def read_lines(source):
    return [line.strip() for line in source.readlines()]


def greet(sock, name):
    sock.sendall(b"HELO " + name)
    return sock.recv(512)


def through(source, *, limit=10):
    return deep.first(source, limit)


async def read_later(source):
    return source.read()


def finish(source):
    text = source.read()
    source.close()
    return text


def enter(source):
    with source:
        return source.read()


def finish_deep(source):
    return deep.finish(source)


def remember(source):
    source.seek(0)
    OPEN.append(source)


def later(source):
    source.seek(0)
    return lambda: source.read()


def numbered(source):
    for number, line in enumerate(source.readlines()):
        yield number, line


def pass_on(source):
    return publish(source.read(), source)


def give_back(source):
    source.seek(0)
    return source


def many(*sources):
    return [source.read() for source in sources]


def ping(source, rounds):
    source.seek(0)
    return pong(source, rounds - 1) if rounds else source.read()


def pong(source, rounds):
    return ping(source, rounds)


def ping_to_end(source, rounds):
    return pong_to_end(source, rounds - 1)


def pong_to_end(source, rounds):
    if not rounds:
        source.close()
    return ping_to_end(source, rounds)


def closing(work):
    @functools.wraps(work)
    def wrapper(source):
        try:
            return work(source)
        finally:
            source.close()

    return wrapper


@closing
def decorated(source):
    return source.read()


class Parser:
    def parse(self, source):
        return source.read()

    def check(self, source):
        return source.read()

    @staticmethod
    def count(source):
        return len(source.readlines())

    @classmethod
    def made(cls, source):
        return cls().check(source)


class Closing(Parser):
    def parse(self, source):
        with source:
            return super().parse(source)
