"""The application."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
from fastapi import FastAPI

from orders import settings
from orders.api.routes import router


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    """Open the client at start-up and close it at shutdown."""
    async with httpx.AsyncClient(timeout=settings.HTTP_TIMEOUT) as client:
        app.state.http = client
        yield


app = FastAPI(title="orders", lifespan=lifespan)
app.include_router(router)
