import asyncio


async def fetch(url):
    await asyncio.sleep(0)
    return url


def fetch_now(url):
    return asyncio.run(fetch(url))  # expect: nested-event-loop


def fetch_for_script(url):
    return asyncio.run(fetch(url))
