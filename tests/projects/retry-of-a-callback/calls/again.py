import functools
import time


def again(times):
    def decorate(function):
        @functools.wraps(function)
        def inner(*arguments):
            for attempt in range(times):
                try:
                    return function(*arguments)
                except Exception:
                    if attempt == times - 1:
                        raise
                    time.sleep(2**attempt)

        return inner

    return decorate
