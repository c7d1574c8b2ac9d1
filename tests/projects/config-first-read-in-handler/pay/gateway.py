import os


def charge(amount):
    return {"key": _key(), "amount": amount}


def _key():
    return os.environ["PAYMENTS_KEY"]  # expect: lazy-config-read


class Refunds:
    def __init__(self):
        self.url = os.environ["REFUNDS_URL"]  # expect: lazy-config-read

    def refund(self, order):
        return self.url, order
