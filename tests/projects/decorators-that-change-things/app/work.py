import time

from vendor_tools import anything

from app.decorators import in_thread, logged, thread_sensitive


@in_thread
def one():
    time.sleep(1)


@logged
def two():
    time.sleep(1)


@thread_sensitive
def three():
    time.sleep(1)


@anything
def four():
    time.sleep(1)
