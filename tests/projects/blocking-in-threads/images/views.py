import asyncio
import functools
import threading

import anyio
from fastapi.concurrency import run_in_threadpool

from images.offload import POOL, in_thread
from images.render import render, watch


async def one(path):
    return await asyncio.to_thread(render, path)


async def two(path):
    loop = asyncio.get_running_loop()
    await loop.run_in_executor(None, functools.partial(render, path))
    return await loop.run_in_executor(POOL, lambda: render(path))


async def three(path):
    await run_in_threadpool(render, path)
    return await anyio.to_thread.run_sync(render, path)


async def four(path):
    future = POOL.submit(render, path)
    return await asyncio.wrap_future(future)


async def five(path):
    threading.Thread(target=watch, args=(path,), daemon=True).start()
    return await in_thread(render, path)


async def six(path):
    def work():
        return render(path)

    return await asyncio.to_thread(work)


async def seven(path):
    def work():
        return render(path)

    return work()  # expect: blocking-reachable-from-async
