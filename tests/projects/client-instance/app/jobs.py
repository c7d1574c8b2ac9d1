import app.clients


def refresh(skus):
    session = app.clients.prices
    for sku in skus:
        session.post("https://prices.example.com/refresh", json={"sku": sku})  # expect: missing-timeout
