import requests
from tenacity import retry, stop_after_attempt, wait_exponential


@retry(stop=stop_after_attempt(5), wait=wait_exponential(), reraise=True)
def push(item):
    return requests.post("https://push.example.com", json=item, timeout=2)


def pull(number):
    return requests.get(f"https://push.example.com/{number}", timeout=2)
