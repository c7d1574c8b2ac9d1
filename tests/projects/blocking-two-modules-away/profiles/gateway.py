import requests

BASE = "https://profiles.example.com"


def read_profile(number):
    return _read(f"/profiles/{number}")


def _read(path):
    response = requests.get(BASE + path, timeout=5)
    response.raise_for_status()
    return response.json()
