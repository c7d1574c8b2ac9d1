import requests


class TokenSession(requests.Session):
    def __init__(self, token):
        super().__init__()
        self.headers["Authorization"] = token

    def get_json(self, url):
        return self.get(url).json()  # expect: missing-timeout


class BoundedSession(requests.Session):
    def __init__(self, timeout=5):
        super().__init__()
        self.timeout = timeout

    def request(self, method, url, **options):
        options.setdefault("timeout", self.timeout)
        return super().request(method, url, **options)
