"""What an order costs."""

from __future__ import annotations

import httpx

from orders.clients.rates import fetch_rate, fetch_rate_async


def price_in(currency: str, amount: float) -> float:
    """Return the amount in another currency."""
    return round(amount * fetch_rate(currency), 2)


async def price_in_async(client: httpx.AsyncClient, currency: str, amount: float) -> float:
    """Return the amount in another currency."""
    return round(amount * await fetch_rate_async(client, currency), 2)
