from gateway.base import Gateway
from gateway.orders import Orders

ORDERS = Orders("https://shop.example.com")


class Checkout:
    def __init__(self, orders: Orders):
        self.orders = orders
        self.mirror = Gateway("https://mirror.example.com")

    def status(self):
        self.mirror.session.head(self.mirror.base_url)  # expect: missing-timeout
        return self.orders.session.get(self.orders.base_url)  # expect: missing-timeout


def ping():
    Gateway.session.get("https://shop.example.com/ping")  # expect: missing-timeout
    return ORDERS.audit.get("https://shop.example.com/audit")  # expect: missing-timeout
