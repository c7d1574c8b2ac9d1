import ring
from ring.first import LIMIT, begin
from ring.second import back


async def show(url):
    begin(url)  # expect: blocking-reachable-from-async
    return LIMIT


async def show_again(url):
    return back(url)  # expect: blocking-reachable-from-async


def direct(url):
    return ring.session.get(url)  # expect: missing-timeout
