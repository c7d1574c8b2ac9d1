import functools
import time


def timed(function):
    @functools.wraps(function)
    def inner(*arguments, **options):
        start = time.monotonic()
        try:
            return function(*arguments, **options)
        finally:
            print(time.monotonic() - start)

    return inner
