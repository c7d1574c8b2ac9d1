import requests


def make():
    return requests.Session()
