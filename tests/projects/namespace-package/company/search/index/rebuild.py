from .client import session
from . import client


def rebuild():
    client.session.delete("https://search.example.com/index")  # expect: missing-timeout
    return session.put("https://search.example.com/index", timeout=60)
