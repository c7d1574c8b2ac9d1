from .http import session
from payments import http


def pay(amount):
    http.session.post("https://payments.example.com", data=amount)  # expect: missing-timeout
    return session.get("https://payments.example.com")  # expect: missing-timeout
