import time


def poll():
    time.sleep(5)


def handler_for(queue):
    def handle(message):
        time.sleep(1)
        return queue, message

    return handle


class Poller:
    def __init__(self, callback=None):
        self.callback = callback or poll

    def once(self):
        time.sleep(1)
