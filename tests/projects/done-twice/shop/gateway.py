import requests

ORDERS = "https://orders.example.com"
session = requests.Session()


def send(path, body, headers=None):
    return session.post(ORDERS + path, json=body, timeout=5, headers=headers)


def send_once(path, body, key):
    headers = {"Idempotency-Key": key}
    return session.post(ORDERS + path, json=body, timeout=5, headers=headers)


def store(path, body):
    return session.put(ORDERS + path, json=body, timeout=5)


def search(body):
    return session.post(ORDERS + "/_search", json=body, timeout=5)
