import requests


def make_session():
    return requests.Session()
