import sqlite3
from contextlib import contextmanager


def connect(path):
    connection = sqlite3.connect(path)
    connection.row_factory = sqlite3.Row
    return connection


def open_log(path):
    return open(path, "a")


@contextmanager
def transaction(path):
    connection = connect(path)
    try:
        yield connection
    finally:
        connection.close()
