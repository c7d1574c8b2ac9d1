from company.search.index.client import session
from company.search.index import client


def find(words):
    client.fresh().get("https://search.example.com")  # expect: missing-timeout
    return session.get("https://search.example.com", params={"q": words})  # expect: missing-timeout
