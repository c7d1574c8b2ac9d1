import requests


def bounded_get(url):
    return requests.get(url, timeout=5)
