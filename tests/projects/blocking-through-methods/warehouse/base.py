import time

import redis


class Robot:
    def __init__(self):
        self.store = redis.Redis(socket_timeout=5)

    def move(self, shelf):
        self._wait()
        return shelf

    def _wait(self):
        time.sleep(2)

    def position(self):
        return self.store.get("position")


class Silent:
    def move(self, shelf):
        return shelf
