import functools

import requests

DEFAULTS = {"timeout": 5, "allow_redirects": False}
TIMEOUT = 10

get = functools.partial(requests.get, timeout=TIMEOUT)
post = functools.partial(requests.post, headers={"Accept": "application/json"})


def fetch(url, timeout=TIMEOUT, **options):
    return requests.get(url, timeout=timeout, **options)


def send(url, **options):
    options.setdefault("timeout", TIMEOUT)
    return requests.post(url, **options)


def patch(url, **options):
    return requests.patch(url, **{**DEFAULTS, **options})


class Http:
    def __init__(self, session: requests.Session, timeout=TIMEOUT):
        self.session = session
        self.timeout = timeout

    def get(self, path):
        return self.session.get(path, timeout=self.timeout)

    def put(self, path, **options):
        options["timeout"] = self.timeout
        return self.session.put(path, **options)
