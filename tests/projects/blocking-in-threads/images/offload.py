import asyncio
from concurrent.futures import ThreadPoolExecutor

POOL = ThreadPoolExecutor(max_workers=2)


async def in_thread(function, *arguments):
    loop = asyncio.get_running_loop()
    return await loop.run_in_executor(POOL, function, *arguments)
