import requests as _requests


def load(url):
    return _requests.get(url, timeout=10)
