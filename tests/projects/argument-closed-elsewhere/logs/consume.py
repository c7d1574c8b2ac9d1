KEPT = []


def read_and_close(source):
    try:
        return source.read()
    finally:
        source.close()


def read(source):
    return source.read()


def keep(source):
    KEPT.append(source)


class Tail:
    def __init__(self, source):
        self.source = source

    def close(self):
        self.source.close()
