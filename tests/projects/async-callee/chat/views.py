import asyncio

from chat.rooms import history, join, joining, leave


async def show(room):
    await join(room)
    await joining(room)
    task = asyncio.create_task(leave(room))
    pages = history(room)
    return task, pages


def main():
    for page in history("lobby"):
        print(page)
    asyncio.run(join("lobby"))
