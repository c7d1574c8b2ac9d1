"""Configuration, read from the environment once, at start-up."""

from __future__ import annotations

import os

PAYMENTS_URL = os.environ["PAYMENTS_URL"]
SHIPPING_URL = os.environ["SHIPPING_URL"]
SHIPPING_REGION = os.environ["SHIPPING_REGION"]
RATES_URL = os.getenv("RATES_URL", "https://rates.example.com")
HTTP_TIMEOUT = float(os.getenv("HTTP_TIMEOUT", "5"))
DATABASE = os.getenv("ORDERS_DATABASE", "orders.db")

# "false" is a text that is not empty: this is true whatever the variable says.
ENABLE_REFUNDS = bool(os.getenv("ENABLE_REFUNDS", "false"))  # planted: env-bool-truthiness
ENABLE_GIFT_CARDS = os.getenv("ENABLE_GIFT_CARDS", "false").strip().lower() in {"1", "true", "yes"}

# Without the variable the broker is looked for at "redis://None:6379".
BROKER_URL = f"redis://{os.getenv('BROKER_HOST')}:6379/0"  # planted: unchecked-env-value
RESULTS_URL = f"redis://{os.getenv('RESULTS_HOST', 'localhost')}:6379/1"
