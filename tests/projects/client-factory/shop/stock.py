from shop.http import declared, either, fast_client, make_session, shared_session


class Stock:
    def __init__(self):
        self.session = make_session()

    def level(self, sku):
        return self.session.get(f"https://stock.example.com/{sku}")  # expect: missing-timeout


def reserve(sku):
    session = declared()
    return session.post("https://stock.example.com/reserve", data=sku)  # expect: missing-timeout


def release(sku):
    return shared_session().delete(f"https://stock.example.com/{sku}")  # expect: missing-timeout


def quick(sku):
    return fast_client().get(f"https://stock.example.com/{sku}")


def unknown(kind, sku):
    return either(kind).get(f"https://stock.example.com/{sku}")
