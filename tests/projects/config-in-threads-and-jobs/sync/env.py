import os


def required(name):
    value = os.getenv(name)
    if not value:
        raise RuntimeError(f"{name} is not set")
    return value
