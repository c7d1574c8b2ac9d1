from app.clients import prices, rates


def show_price(sku):
    return prices.get(f"https://prices.example.com/{sku}").json()  # expect: missing-timeout


def show_price_soon(sku):
    return prices.get(f"https://prices.example.com/{sku}", timeout=(2, 5)).json()


def show_rate(currency):
    return rates.get(f"/{currency}").json()
