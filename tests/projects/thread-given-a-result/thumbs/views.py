import asyncio

from thumbs import work
from thumbs.work import scale, scaler, upload


async def show(path):
    await asyncio.to_thread(scale(path))  # expect: to-thread-called-not-passed
    await asyncio.to_thread(work.scale, path)
    await asyncio.to_thread(scaler(2), path)
    return await asyncio.to_thread(upload, path)  # expect: to-thread-called-not-passed
