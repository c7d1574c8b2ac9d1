import backoff
import requests


@backoff.on_exception(backoff.expo, requests.RequestException, max_tries=5)
def append(entry):
    return requests.post("https://ledger.example.com", json=entry, timeout=2)


def read(number):
    return requests.get(f"https://ledger.example.com/{number}", timeout=2)
