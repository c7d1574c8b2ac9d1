import requests


class Gateway:
    session = requests.Session()

    def __init__(self, base_url):
        self.base_url = base_url
        self.audit = requests.Session()
