import app.clients as clients
from app import clients as same_clients


def report(skus):
    urls = [f"https://prices.example.com/{sku}" for sku in skus]
    first = clients.prices.head(urls[0])  # expect: missing-timeout
    rest = [same_clients.prices.get(url) for url in urls[1:]]  # expect: missing-timeout
    return first, rest
