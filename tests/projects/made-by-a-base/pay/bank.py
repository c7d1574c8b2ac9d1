import httpx

from pay.core import WithSession
from pay.provider import Provider


class Bank(Provider):
    def __init__(self, name):
        super().__init__(name)
        self.branch = None

    def rates(self):
        return self.session


class Fast(WithSession):
    session_class = httpx.Client

    def rates(self):
        return self.session.get("https://rates.example.com")
