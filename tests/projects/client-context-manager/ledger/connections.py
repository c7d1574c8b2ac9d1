from collections.abc import Iterator
from contextlib import asynccontextmanager, contextmanager

import aiohttp
import requests


@contextmanager
def session_for(token):
    session = requests.Session()
    session.headers["Authorization"] = token
    try:
        yield session
    finally:
        session.close()


@contextmanager
def declared(token) -> Iterator[requests.Session]:
    with session_for(token) as session:
        yield session


@asynccontextmanager
async def lent():
    async with aiohttp.ClientSession() as session:
        yield session


class Connection:
    def __init__(self):
        self.session = requests.Session()

    def __enter__(self):
        return self.session

    def __exit__(self, *error):
        self.session.close()


class Ledger:
    def __enter__(self):
        self.session = requests.Session()
        return self

    def __exit__(self, *error):
        self.session.close()
