def first(source, limit):
    return source.read(limit)


def finish(source):
    source.close()
