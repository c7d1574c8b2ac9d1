import requests


def fetch(url, **options):
    return requests.get(url, **options)


def send(url, body, timeout=None):
    return requests.post(url, json=body, timeout=timeout)


class Http:
    def __init__(self):
        self.session = requests.Session()

    def get(self, path, **options):
        return self.session.get(f"https://shop.example.com{path}", **options)
