from hub import requests
from hub.time import sleep
from . import time


def answer(number):
    return requests.get(number) or requests.Session().get(number)


async def wait():
    time.sleep(1)
    sleep(1)
