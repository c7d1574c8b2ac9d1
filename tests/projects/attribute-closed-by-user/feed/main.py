from feed.reader import Archive, Journal, Reader
from feed.stream import Stream


def pull(host, path):
    reader = Reader(host)
    archive = Archive(path)
    stream = Stream(path)
    try:
        archive.add(reader.read())
    finally:
        reader.socket.close()
        stream.close()


def record(journal: Journal, lines):
    try:
        for line in lines:
            journal.add(line)
    finally:
        journal.file.close()
