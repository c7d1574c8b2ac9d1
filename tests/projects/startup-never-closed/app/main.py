from contextlib import asynccontextmanager

from fastapi import FastAPI

from app import ending, stores


@asynccontextmanager
async def lifespan(app):
    await stores.open_database(app)
    await stores.open_session()
    stores.open_http()
    yield
    await ending.close_session()
    client = stores.http
    await ending.end(client)
    await client.aclose()


app = FastAPI(lifespan=lifespan)


@app.get("/late")
async def late():
    await stores.open_lazily(app)
