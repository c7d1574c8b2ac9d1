"""Figures for the back office."""

from __future__ import annotations


def turnover(orders, currency):  # planted: missing-type-hints
    """Return what was sold in a currency."""
    return sum(order["amount"] for order in orders if order["currency"] == currency)


def items_sold(orders: list) -> list[str]:  # planted: untyped-collection
    """Return what was sold."""
    return [str(order["item"]) for order in orders]


def best_item(orders: list[dict[str, str]]) -> str | None:
    """Return what is ordered most often."""
    items = [order["item"] for order in orders]
    return max(items, key=items.count, default=None)
