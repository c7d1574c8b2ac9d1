from app.clients import load, read, session


async def show(url):
    return read(url)  # expect: blocking-reachable-from-async


async def show_quietly(url):
    return load(url)  # surefoot: ignore[blocking-reachable-from-async] start-up only


def fetch(url):
    # surefoot: ignore[missing-timeout] the peer is on this machine
    return session.get(url)
