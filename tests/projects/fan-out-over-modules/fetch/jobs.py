"""Many requests."""

import asyncio

from fetch.api import Api, count


async def all_of(api: Api, paths):
    return await asyncio.gather(*[api.load(path) for path in paths])  # expect: unbounded-concurrency


async def counted(api: Api, paths):
    tasks = []
    for path in paths:
        tasks.append(asyncio.create_task(count(api, path)))  # expect: unbounded-concurrency
    return await asyncio.gather(*tasks)


async def slowly(api: Api, paths):
    return await asyncio.gather(*[api.load_slowly(path) for path in paths])


async def parsed(api: Api, texts):
    return await asyncio.gather(*[api.parse(text) for text in texts])


async def few(api: Api, paths):
    return await asyncio.gather(*[api.load(path) for path in paths])


async def start(api: Api):
    return await few(api, ["/a", "/b"])
