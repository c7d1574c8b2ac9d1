from typing import TYPE_CHECKING

import requests

if TYPE_CHECKING:
    from shop.protocols import Http as Session
    from shop.protocols import Http as Client
else:
    Session = requests.Session
    import httpx

    Client = httpx.Client

if not TYPE_CHECKING:
    Base = requests.Session
else:

    class Base:
        def get(self, url): ...


try:
    import orjson as json
except ImportError:
    import json

try:
    import requests_toolbelt
except ImportError:
    requests_toolbelt = None


class Retrying(Base):
    pass


def load(text):
    return json.loads(text)
