"""The routes."""

from __future__ import annotations

import asyncio
import os
import time

import httpx
import requests
from fastapi import APIRouter, Request
from pydantic import BaseModel

from orders import settings
from orders.clients.payments import PaymentClient
from orders.services.pricing import price_in, price_in_async

router = APIRouter()
payments = PaymentClient()


class Order(BaseModel):
    """What a customer asks for."""

    item: str
    amount: float
    currency: str = "EUR"


class Accepted(BaseModel):
    """What the customer is told."""

    price: float


@router.post("/orders")
async def create_order(order: Order) -> Accepted:
    """Hold the event loop while another module, two calls away, talks to the rates service."""
    price = price_in(order.currency, order.amount)  # planted: blocking-reachable-from-async
    return Accepted(price=price)


@router.post("/quotes")
async def create_quote(order: Order, request: Request) -> Accepted:
    """Await the same."""
    client: httpx.AsyncClient = request.app.state.http
    return Accepted(price=await price_in_async(client, order.currency, order.amount))


@router.post("/offers")
async def create_offer(order: Order) -> Accepted:
    """Let a thread wait for the same."""
    return Accepted(price=await asyncio.to_thread(price_in, order.currency, order.amount))


@router.get("/stock/{item}")
async def stock(item: str) -> str:
    """Stop every request of the process for a second, then for as long as the call takes."""
    time.sleep(1)  # planted: blocking-call-in-async
    response = requests.get(  # planted: blocking-call-in-async, unchecked-http-status
        f"https://stock.example.com/{item}", timeout=settings.HTTP_TIMEOUT
    )
    return response.text


@router.get("/shelf/{item}")
async def shelf(item: str, request: Request) -> str:
    """Do the same without stopping anybody."""
    await asyncio.sleep(1)
    client: httpx.AsyncClient = request.app.state.http
    response = await client.get(f"https://stock.example.com/{item}")
    response.raise_for_status()
    return response.text


@router.get("/payments/{payment}")
def payment_status(payment: str) -> str:
    """Find out at the first request that a setting is missing."""
    region = os.environ["PAYMENTS_REGION"]  # planted: lazy-config-read
    return f"{region}: {payments.status(payment)}"


@router.get("/parcels/{payment}")
def parcel_status(payment: str) -> str:
    """Use what was read at start-up."""
    return f"{settings.SHIPPING_REGION}: {payments.status(payment)}"


@router.post("/coupons")
async def add_coupon(request: Request) -> str:
    """Answer with an internal error to whoever leaves a field out."""
    coupon = await request.json()
    return f"{coupon['code']}: {coupon['percent']} %"  # planted: unvalidated-body


class Coupon(BaseModel):
    """A price reduction."""

    code: str
    percent: int


@router.post("/vouchers")
async def add_voucher(voucher: Coupon) -> str:
    """Take the same, once it has been looked at."""
    return f"{voucher.code}: {voucher.percent} %"
