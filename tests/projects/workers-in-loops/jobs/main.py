import os
import queue
import threading

from kafka import KafkaConsumer

from jobs import steps
from jobs.queues import MAILS, ORDERS, RESULTS


def main():
    key = os.environ["START_KEY"]
    steps.prepare()
    while True:
        order = ORDERS.get()
        steps.charge((key, order))


class Shipping:
    def __init__(self):
        self.running = True
        self.inbox = queue.Queue()

    def stop(self):
        self.running = False

    def loop(self):
        os.environ["LOOP_KEY"]
        while self.running:
            steps.ship(self.inbox.get(timeout=5))


def mailer(stop: threading.Event):
    while not stop.is_set():
        steps.send(MAILS.get())


def scores():
    consumer = KafkaConsumer("scores")
    for message in consumer:
        steps.score(message)


def empty():
    while not RESULTS.empty():
        steps.drain(RESULTS.get())


def first():
    while True:
        try:
            item = steps.fetch(RESULTS.get(timeout=1))
            return item
        except queue.Empty:
            continue


def at_once():
    while True:
        steps.count(RESULTS.get(block=False))


def not_called():
    while True:
        steps.unreached(RESULTS.get())


def start():
    Shipping().loop()
    mailer(threading.Event())
    scores()
    empty()
    first()
    at_once()


if __name__ == "__main__":
    start()
    main()
