from tenacity import retry, stop_after_attempt, wait_exponential

from mailer.api import post, post_plainly


@retry(stop=stop_after_attempt(3), wait=wait_exponential())  # expect: double-retry
def send(message):
    return post(message)


@retry(stop=stop_after_attempt(3), wait=wait_exponential())
def send_plainly(message):
    return post_plainly(message)


def send_once(message):
    return post(message)
