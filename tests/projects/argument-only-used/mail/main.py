import asyncio
import socket
import sqlite3
from threading import Thread

from mail import lines
from mail.lines import Parser


def used(path):
    source = open(path)  # expect: unclosed-resource
    return lines.read_lines(source)


def used_by_keyword(path):
    return lines.through(source=open(path))  # expect: unclosed-resource


def talked_to(host):
    sock = socket.create_connection((host, 25), timeout=5)  # expect: unclosed-resource
    answer = lines.greet(sock, b"me")
    sock.sendall(b"QUIT")
    return answer


async def awaited(path):
    return await lines.read_later(open(path))  # expect: unclosed-resource


def in_circles(path):
    return lines.ping(open(path), 3)  # expect: unclosed-resource


def through_a_function_of_this_file(path):
    return local(open(path))  # expect: unclosed-resource


def local(source):
    return lines.read_lines(source)


def methods(path, parser: Parser):
    parser.check(open(path))  # expect: unclosed-resource
    Parser.count(open(path))  # expect: unclosed-resource
    Parser.made(open(path))  # expect: unclosed-resource


def overridden(path, parser: Parser):
    return parser.parse(open(path))


def finished(path):
    return lines.finish(open(path))


def entered(path):
    return lines.enter(open(path))


def finished_deep(path):
    return lines.finish_deep(open(path))


def remembered(path):
    lines.remember(open(path))


def called_back(path):
    return lines.later(open(path))


def generated(path):
    return lines.numbered(open(path))


def passed_on(path):
    return lines.pass_on(open(path))


def given_back(path):
    return lines.give_back(open(path))


def starred(path):
    return lines.many(open(path))


def unpacked(path):
    pair = (open(path),)
    return lines.read_lines(*pair)


def closed_in_circles(path):
    return lines.ping_to_end(open(path), 3)


def behind_a_decorator(path):
    return lines.decorated(open(path))


def in_the_background(path):
    return asyncio.create_task(lines.read_later(open(path)))


def in_a_thread(path):
    Thread(target=lines.read_lines, args=(open(path),)).start()


def closed_after_use(path):
    source = open(path)
    try:
        return lines.read_lines(source)
    finally:
        source.close()


def one_of_two(path, quick):
    source = open(path)
    return lines.read_lines(source) if quick else lines.finish(source)


def counted(path):
    connection = connect(path)
    return connection.execute("select 1").fetchone(), lines.finish(connection)


def connect(path):
    connection = sqlite3.connect(path)
    connection.row_factory = sqlite3.Row
    return connection
