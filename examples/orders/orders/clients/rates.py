"""Exchange rates."""

from __future__ import annotations

import httpx
import requests

from orders import settings


def fetch_rate(currency: str) -> float:
    """Return today's rate; holds the calling thread meanwhile."""
    response = requests.get(f"{settings.RATES_URL}/{currency}", timeout=settings.HTTP_TIMEOUT)
    response.raise_for_status()
    return float(response.json()["rate"])


async def fetch_rate_async(client: httpx.AsyncClient, currency: str) -> float:
    """Return today's rate; holds nobody."""
    response = await client.get(f"{settings.RATES_URL}/{currency}")
    response.raise_for_status()
    return float(response.json()["rate"])
