import requests
import time


def load(url, requests):
    return requests.get(url)


def fetch(url):
    return requests.get(url)  # expect: missing-timeout


def offline(url):
    requests = {}
    return requests.get(url)


async def pause(time):
    time.sleep(1)


async def settle():
    time.sleep(1)  # expect: blocking-call-in-async
