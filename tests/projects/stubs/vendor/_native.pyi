import requests

shared: requests.Session

def acquire() -> requests.Session: ...

class Pool:
    session: requests.Session
    def take(self) -> requests.Session: ...
