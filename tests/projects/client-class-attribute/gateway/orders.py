from gateway.base import Gateway


class Orders(Gateway):
    def place(self, order):
        url = f"{self.base_url}/orders"
        self.audit.post(url, json={"placed": order})  # expect: missing-timeout
        return self.session.post(url, json=order)  # expect: missing-timeout

    def cancel(self, number):
        return self.session.delete(f"{self.base_url}/orders/{number}", timeout=5)
