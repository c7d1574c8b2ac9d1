"""Billing."""

from billing.client import session

__version__ = "1.0.0"
