from orders.clients import stock
from transport.timeouts import bounded_get


def place(order):
    bounded_get("https://stock.example.com")
    return stock.post("https://stock.example.com", json=order)  # expect: missing-timeout
