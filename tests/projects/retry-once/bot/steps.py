import time

import requests
from tenacity import retry, retry_if_exception_type, stop_after_attempt, wait_fixed

from bot.clients import calm, eager, session


@retry(stop=stop_after_attempt(3), wait=wait_fixed(1))
def ask(prompt):
    return calm.chat.completions.create(model="gpt-4o", messages=[prompt])


@retry(stop=stop_after_attempt(3), wait=wait_fixed(1))
def fetch(url):
    return session.get(url, timeout=2)


@retry(
    retry=retry_if_exception_type(KeyError), stop=stop_after_attempt(3), wait=wait_fixed(1), reraise=True
)
def parse(text):
    return text["answer"]


def quiet(url):
    for attempt in range(3):
        try:
            return requests.get(url, timeout=2)
        except requests.RequestException:
            time.sleep(attempt)
    return None


@retry(stop=stop_after_attempt(3), wait=wait_fixed(1))  # expect: double-retry
def ask_eagerly(prompt):
    return eager.chat.completions.create(model="gpt-4o", messages=[prompt])


@retry(stop=stop_after_attempt(1))
def ask_eagerly_once(prompt):
    return eager.chat.completions.create(model="gpt-4o", messages=[prompt])
