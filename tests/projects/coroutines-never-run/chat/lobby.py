"""The lobby: a room with a bell."""

from chat.base import Room, start, start_kept


class Lobby(Room):
    """The first room."""

    def __init__(self, other: Room):
        self.other = other

    async def is_full(self):
        return False

    async def enter(self, member):
        if self.is_full():  # expect: unawaited-coroutine
            raise OverflowError(member)
        self.tell(member)  # expect: unawaited-coroutine
        self.rename("busy")
        self.other.leave(member)
        await self.other.tell(member)
        start(self.tell("bell"))  # expect: dangling-task
        start_kept(self.tell("bell"))
        await start(self.tell("bell"))
        return self.tell("back")
