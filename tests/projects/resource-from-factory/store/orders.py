from contextlib import closing

from store.opening import connect, open_log, transaction


def count(path):
    connection = connect(path)  # expect: unclosed-resource
    return connection.execute("select count(*) from orders").fetchone()


def note(path, text):
    open_log(path).write(text)  # expect: unclosed-resource


def count_and_close(path):
    with closing(connect(path)) as connection:
        return connection.execute("select count(*) from orders").fetchone()


def note_and_close(path, text):
    with open_log(path) as log:
        log.write(text)


def add(path, order):
    with transaction(path) as connection:
        connection.execute("insert into orders values (?)", (order,))


def lend(path):
    return connect(path)


class Orders:
    def __init__(self, path):
        self.connection = connect(path)

    def close(self):
        self.connection.close()
