import os


def charge(amount):
    return {"key": os.environ["PAYMENTS_KEY"], "amount": amount}


def ledger(day):
    return os.environ["LEDGER_URL"], day


class Refunds:
    def __init__(self):
        self.url = os.environ["REFUNDS_URL"]

    def refund(self, order):
        return self.url, order
