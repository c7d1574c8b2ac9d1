"""What rooms have in common."""

import asyncio


class Room:
    """A room that tells its members."""

    async def tell(self, text):
        print(text)

    async def leave(self, member):
        print(member)

    def rename(self, name):
        print(name)


class QuietRoom(Room):
    """A room whose `leave` is an ordinary method."""

    def leave(self, member):
        print(member)


def start(work):
    return asyncio.create_task(work)


_kept = set()


def start_kept(work):
    task = asyncio.create_task(work)
    _kept.add(task)
    return task
