import socket
import sqlite3


class Reader:
    def __init__(self, host):
        self.socket = socket.create_connection((host, 80), timeout=3)

    def read(self):
        return self.socket.recv(1024)


class Archive:
    def __init__(self, path):
        self.database = sqlite3.connect(path)  # expect: unreleased-attribute

    def add(self, item):
        self.database.execute("insert into items values (?)", (item,))


class Journal:
    def __init__(self, path):
        self.file = open(path, "a")

    def add(self, line):
        self.file.write(line)
