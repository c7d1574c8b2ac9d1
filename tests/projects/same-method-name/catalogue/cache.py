class Cache:
    def __init__(self):
        self._entries = {}

    def get(self, key, default=None):
        return self._entries.get(key, default)

    def post(self, key, value):
        self._entries[key] = value

    def request(self, method, key):
        return getattr(self, method)(key)


class RemoteCache:
    def __init__(self, client):
        self.client = client

    def get(self, key):
        return self.client.get(key)
