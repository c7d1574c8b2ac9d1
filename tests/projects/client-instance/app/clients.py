import httpx
import requests

prices = requests.Session()
prices.headers["Accept"] = "application/json"

rates = httpx.Client(base_url="https://rates.example.com")
slow_rates = httpx.Client(timeout=None)
