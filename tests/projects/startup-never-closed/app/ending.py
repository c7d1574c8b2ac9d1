from app import stores


async def close_session():
    await stores.session.close()


async def end(client):
    await client.aclose()
