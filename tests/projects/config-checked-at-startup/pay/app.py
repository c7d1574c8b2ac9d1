from contextlib import asynccontextmanager

from fastapi import FastAPI

from pay.gateway import Refunds, charge
from pay.settings import require
from pay.views import router


@asynccontextmanager
async def lifespan(app):
    require("PAYMENTS_KEY")
    yield


app = FastAPI(lifespan=lifespan)
app.include_router(router)
REFUNDS = Refunds()
