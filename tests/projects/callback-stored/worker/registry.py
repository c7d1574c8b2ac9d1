import atexit

CALLBACKS = {}


def register(name, callback):
    CALLBACKS[name] = callback


def at_exit(callback):
    atexit.register(callback)
