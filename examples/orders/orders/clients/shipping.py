"""The shipping provider."""

from __future__ import annotations

import requests
from tenacity import retry, retry_if_exception_type, stop_after_attempt, wait_random_exponential

from orders import settings
from orders.clients.transport import shared_session

TRANSIENT = (requests.ConnectionError, requests.Timeout)


@retry(  # planted: double-retry
    stop=stop_after_attempt(4),
    wait=wait_random_exponential(max=10),
    retry=retry_if_exception_type(TRANSIENT),
)
def track(parcel: str) -> str:
    """Return where a parcel is: four attempts of three attempts each."""
    response = shared_session.get(
        f"{settings.SHIPPING_URL}/parcels/{parcel}", timeout=settings.HTTP_TIMEOUT
    )
    response.raise_for_status()
    return str(response.json()["place"])


@retry(
    stop=stop_after_attempt(4),
    wait=wait_random_exponential(max=10),
    retry=retry_if_exception_type(TRANSIENT),
)
def quote(weight: float) -> float:
    """Return the price of a parcel; only this layer tries again."""
    response = requests.get(
        f"{settings.SHIPPING_URL}/quotes",
        params={"weight": str(weight)},
        timeout=settings.HTTP_TIMEOUT,
    )
    response.raise_for_status()
    return float(response.json()["price"])


@retry(  # planted: unbounded-retry
    wait=wait_random_exponential(max=10),
    retry=retry_if_exception_type(TRANSIENT),
)
def depots() -> str:
    """Return the list of depots, however many years that takes."""
    response = requests.get(f"{settings.SHIPPING_URL}/depots", timeout=settings.HTTP_TIMEOUT)
    response.raise_for_status()
    return response.text


@retry(  # planted: retry-without-backoff
    stop=stop_after_attempt(5),
    retry=retry_if_exception_type(TRANSIENT),
)
def carriers() -> str:
    """Return the list of carriers: five attempts within the same instant."""
    response = requests.get(f"{settings.SHIPPING_URL}/carriers", timeout=settings.HTTP_TIMEOUT)
    response.raise_for_status()
    return response.text
