import requests

session = requests.Session()


def make():
    return requests.Session()
