from calls.again import again
from calls.api import pull, push


@again(3)  # expect: double-retry
def push_all(items):
    for item in items:
        push(item)


@again(times=3)
def pull_all(numbers):
    return [pull(number) for number in numbers]


def push_once(item):
    return push(item)
