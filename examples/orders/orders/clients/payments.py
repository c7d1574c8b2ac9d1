"""The payment provider."""

from __future__ import annotations

import logging

import requests

from orders import settings
from orders.clients.transport import shared_session

logger = logging.getLogger(__name__)


class PaymentError(Exception):
    """The provider could not be reached or said no."""


class PaymentClient:
    """Charges and refunds, over the session shared by the process."""

    def __init__(self, base_url: str = settings.PAYMENTS_URL) -> None:
        self.base_url = base_url
        self.session = shared_session

    def status(self, payment: str) -> str:
        """Return the state of a payment; waits as long as the provider likes."""
        url = f"{self.base_url}/payments/{payment}"
        response = self.session.get(url)  # planted: missing-timeout
        response.raise_for_status()
        return str(response.json()["status"])

    def receipt(self, payment: str) -> bytes:
        """Return the receipt of a payment as a PDF."""
        response = self.session.get(
            f"{self.base_url}/payments/{payment}/receipt", timeout=settings.HTTP_TIMEOUT
        )
        response.raise_for_status()
        return response.content

    def refund(self, payment: str) -> None:
        """Give the money back; nobody learns when that fails."""
        url = f"{self.base_url}/payments/{payment}"
        try:
            self.session.delete(url, timeout=settings.HTTP_TIMEOUT)
        except Exception:  # planted: swallowed-exception
            pass

    def cancel(self, payment: str) -> None:
        """Release a reservation."""
        try:
            response = self.session.delete(
                f"{self.base_url}/reservations/{payment}", timeout=settings.HTTP_TIMEOUT
            )
            response.raise_for_status()
        except requests.RequestException as error:
            raise PaymentError(f"reservation {payment} could not be released") from error

    def balance(self) -> float:
        """Return the balance; 0.0 also when the provider is down, which looks like ruin."""
        try:
            response = self.session.get(f"{self.base_url}/balance", timeout=settings.HTTP_TIMEOUT)
            response.raise_for_status()
            return float(response.json()["amount"])
        except Exception:  # planted: silent-default
            return 0.0

    def limit(self) -> float:
        """Return the credit limit; 0.0, and a word in the log, when the provider is down."""
        try:
            response = self.session.get(f"{self.base_url}/limit", timeout=settings.HTTP_TIMEOUT)
            response.raise_for_status()
            return float(response.json()["amount"])
        except Exception:
            logger.exception("the credit limit could not be read; going on without credit")
            return 0.0
