import requests

from shop.http import DEFAULTS, Http, fetch, get, patch, post, send

http = Http(requests.Session())


def place(order):
    get("https://shop.example.com/ping")
    post("https://shop.example.com/orders", json=order)  # expect: missing-timeout
    requests.post("https://shop.example.com/orders", json=order, **DEFAULTS)
    send("https://shop.example.com/orders", json=order)
    patch("https://shop.example.com/orders", json=order)
    return fetch("https://shop.example.com/orders")


def replace(order):
    http.put("/orders", json=order)
    return http.get("/orders")
