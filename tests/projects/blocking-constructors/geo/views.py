from geo.lookup import BigTable, Lazy, Table, lookup, nearest


async def table(url):
    Lazy(url)
    return Table(url).rows  # expect: blocking-reachable-from-async


async def big_table(url):
    return BigTable(url)  # expect: blocking-reachable-from-async


async def find(place):
    return lookup(place)  # expect: blocking-reachable-from-async


async def near(place):
    return nearest(place)  # expect: blocking-reachable-from-async


async def later(place):
    return [lookup, nearest, place]
