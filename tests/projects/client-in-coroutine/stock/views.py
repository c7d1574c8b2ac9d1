from stock import clients
from stock.clients import async_cache, async_http, cache, http


async def level(sku):
    known = cache.get(sku)  # expect: blocking-call-in-async
    if known is None:
        known = http.get(f"https://stock.example.com/{sku}").text  # expect: blocking-call-in-async
        clients.cache.set(sku, known)  # expect: blocking-call-in-async
    return known


async def level_soon(sku):
    known = await async_cache.get(sku)
    return known or await async_http.get(f"https://stock.example.com/{sku}")


def level_in_thread(sku):
    return cache.get(sku)
