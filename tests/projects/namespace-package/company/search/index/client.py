import requests

session = requests.Session()


def fresh():
    return requests.Session()
