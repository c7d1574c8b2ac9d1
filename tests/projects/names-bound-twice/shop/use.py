from shop import session
from shop.http import Client, Retrying, Session
from shop.session import make

URL = "https://shop.example.com"


def prices():
    Session().get(URL)  # expect: missing-timeout
    Retrying().get(URL)  # expect: missing-timeout
    make().get(URL)  # expect: missing-timeout
    session.make().get(URL)  # expect: missing-timeout
    return Client().get(URL)
