from billing import session


def issue(order):
    return session.post("https://billing.example.com", json=order)  # expect: missing-timeout
