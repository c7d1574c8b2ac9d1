import requests

from shop.errors import Declined, Down

URL = "https://pay.example.com/"


def post(path, body):
    response = requests.post(URL + path, json=body, timeout=5)
    if response.status_code == 402:
        raise Declined(path)
    response.raise_for_status()
    return response.json()


def charge(order):
    try:
        return post("charges", order)
    except ConnectionError as error:
        raise Down from error


def try_charge(order):
    try:
        return charge(order)
    except (Declined, Down):
        return None


def notify(order):
    response = requests.post(URL + "mail", json=order, timeout=5)
    response.raise_for_status()
