"""One request at a time."""

import asyncio

import httpx

limit = asyncio.Semaphore(8)


class Api:
    """A client of the other side."""

    def __init__(self):
        self.client = httpx.AsyncClient(timeout=5)

    async def load(self, path):
        answer = await self.client.get(path)
        answer.raise_for_status()
        return answer.json()

    async def load_slowly(self, path):
        async with limit:
            return await self.load(path)

    async def parse(self, text):
        return text.split()


async def count(api: Api, path):
    return len(await api.load(path))
