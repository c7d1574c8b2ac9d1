import asyncio
import time


async def join(room):
    await asyncio.sleep(0.1)
    return room


def joining(room):
    return join(room)


def history(room):
    for page in range(3):
        time.sleep(1)
        yield page, room


async def leave(room):
    time.sleep(1)  # expect: blocking-call-in-async
    return room
