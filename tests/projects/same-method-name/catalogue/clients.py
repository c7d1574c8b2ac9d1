import time

import requests

from catalogue.cache import Cache, RemoteCache

session = Cache()
remote = RemoteCache(session)
http = requests.Session()


class Slow:
    def load(self):
        time.sleep(5)
