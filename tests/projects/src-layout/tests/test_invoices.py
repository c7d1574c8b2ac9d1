from billing.client import session


def test_ping():
    assert session.get("http://localhost:8080").ok
