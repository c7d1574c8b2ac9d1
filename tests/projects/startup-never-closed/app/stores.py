import aiohttp
import asyncpg
import httpx

session = None
http = None


async def open_database(app):
    app.state.pool = await asyncpg.create_pool("postgres://db")  # expect: startup-resource-not-closed


async def open_session():
    global session
    session = aiohttp.ClientSession()


def open_http():
    global http
    http = httpx.AsyncClient(timeout=5)


async def open_lazily(app):
    app.state.late = await asyncpg.create_pool("postgres://late")
