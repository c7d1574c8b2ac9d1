"""Who uses the lobby."""

from chat.lobby import Lobby


def make(other) -> Lobby:
    return Lobby(other)


async def view(other, member):
    lobby = make(other)
    lobby.enter(member)  # expect: unawaited-coroutine
    _ = lobby.tell(member)  # expect: unawaited-coroutine
    work = lobby.tell("again")
    return await work, await lobby.is_full() == True  # noqa: E712
