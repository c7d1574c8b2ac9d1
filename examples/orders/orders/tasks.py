"""Work that is done after the customer has gone."""

from __future__ import annotations

import logging
import subprocess

from celery import Celery

from orders import settings
from orders.clients.payments import PaymentClient
from orders.clients.shipping import quote

logger = logging.getLogger(__name__)

queue = Celery("orders", broker=settings.BROKER_URL, backend=settings.RESULTS_URL)
queue.conf.update(task_time_limit=300, task_soft_time_limit=270)
payments = PaymentClient()


@queue.task
def print_label(order: str) -> None:
    """Hold a worker for as long as the printer is out of paper."""
    subprocess.run(["label-printer", order], check=True)  # planted: subprocess-without-timeout


@queue.task
def print_invoice(order: str) -> None:
    """Give the printer half a minute."""
    subprocess.run(["invoice-printer", order], check=True, timeout=30)


@queue.task
def sync_payments(orders: list[str]) -> int:
    """Count the orders paid; one that cannot be looked up is as if it had never been."""
    paid = 0
    for order in orders:
        try:
            paid += payments.status(order) == "paid"
        except Exception:  # planted: swallowed-exception
            continue
    return paid


@queue.task
def sync_receipts(orders: list[str]) -> dict[str, str]:
    """Fetch receipts and return, per order, what went wrong."""
    failed = {}
    for order in orders:
        try:
            payments.receipt(order)
        except Exception as error:
            logger.exception("no receipt for %s", order)
            failed[order] = str(error)
    return failed


@queue.task
def book_parcel(weight: float) -> float:
    """Ask for a price; the client tries again, this task does not."""
    return quote(weight)
