from mailer.clients import stock


def send(order):
    return stock.post("https://stock.example.com", json=order)
