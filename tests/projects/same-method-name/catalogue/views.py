from catalogue.clients import http, remote, session
from catalogue.quick import Quick


def show(sku, database):
    database.session.get(sku)
    session.post(sku, http.get("https://example.com", timeout=3))
    session.request("get", sku)
    return session.get(sku) or remote.get(sku)


async def warm(sku, loader):
    loader.load()
    Quick().load()
    return session.get(sku)
