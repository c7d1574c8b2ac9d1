import requests

session = requests.Session()


def load(url):
    return requests.get(url, timeout=2)  # surefoot: ignore[blocking-reachable-from-async] small # expect: unused-suppression


def read(url):
    return load(url)
