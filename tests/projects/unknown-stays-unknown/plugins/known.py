import time

import requests


class Client:
    def __init__(self):
        self.session = requests.Session()

    def fetch(self, url):
        time.sleep(1)
        return self.session.get(url, timeout=1)


session = requests.Session()
