from tenacity import retry, retry_if_exception_type, stop_after_attempt, wait_fixed

from bot.steps import ask, parse, quiet


@retry(stop=stop_after_attempt(2), wait=wait_fixed(5))
def patient(url):
    return quiet(url)


@retry(retry=retry_if_exception_type(OSError), stop=stop_after_attempt(2), wait=wait_fixed(5))
def parsed(text):
    return parse(text)


def answer(prompt):
    return ask(prompt)


def plan(scheduler, prompt):
    scheduler.add(ask, prompt)


@retry(stop=stop_after_attempt(1))
def once(prompt):
    return ask(prompt)
