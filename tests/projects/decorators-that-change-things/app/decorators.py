import asyncio
import functools
import logging

from asgiref.sync import sync_to_async


def in_thread(function):
    @functools.wraps(function)
    async def inner(*arguments):
        return await asyncio.to_thread(function, *arguments)

    return inner


def logged(function):
    @functools.wraps(function)
    def inner(*arguments):
        logging.info("%s", function.__name__)
        return function(*arguments)

    return inner


thread_sensitive = sync_to_async
