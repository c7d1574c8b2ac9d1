from pay import core


class Provider(core.Connected):
    def charge(self, order):
        return self.session.post(f"https://pay.example.com/{order}")  # expect: missing-timeout


class Patient(Provider):
    def __init__(self, name):
        super().__init__(name)
        self.limit = 3

    def refund(self, order):
        url = f"https://pay.example.com/{order}"
        return self.session.delete(url, timeout=self.limit)
