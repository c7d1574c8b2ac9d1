from mail.deep import finish
from mail.lines import read_lines
from mail.main import connect


def lent(path):
    connection = connect(path)  # expect: unclosed-resource
    rows = connection.execute("select * from letters").fetchall()
    return rows, ask(connection)


def ask(connection):
    return connection.execute("select 1").fetchone()


def closed(path):
    connection = connect(path)
    rows = connection.execute("select * from letters").fetchall()
    finish(connection)
    return rows


def read_elsewhere(path):
    source = connect(path)  # expect: unclosed-resource
    source.execute("select 1")
    return read_lines(source)
