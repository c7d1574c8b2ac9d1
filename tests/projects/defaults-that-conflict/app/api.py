import os

TIMEOUT = float(os.environ.get("UPSTREAM_TIMEOUT", "5"))
REGION = os.environ.get("REGION", "eu-1")
