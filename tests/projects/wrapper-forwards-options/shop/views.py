from shop.http import Http, fetch, send
from shop.retrying import fetch_twice

http = Http()


def show(sku):
    fetch("https://shop.example.com/ping", timeout=1)
    return fetch(f"https://shop.example.com/{sku}")  # expect: missing-timeout


def place(order, options):
    send("https://shop.example.com", order, 5)
    fetch("https://shop.example.com/ping", **options)
    return send("https://shop.example.com", order)  # expect: missing-timeout


def stock(sku):
    http.get(f"/stock/{sku}", timeout=2)
    return http.get(f"/stock/{sku}", headers={"Accept": "text/csv"})  # expect: missing-timeout


def audit(order):
    fetch_twice("https://audit.example.com", timeout=3)
    return fetch_twice("https://audit.example.com")  # expect: missing-timeout
