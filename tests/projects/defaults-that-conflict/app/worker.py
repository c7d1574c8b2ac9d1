import os

TIMEOUT = float(os.getenv("UPSTREAM_TIMEOUT", "30"))  # expect: env-default-conflict
REGION = os.getenv("REGION", "eu-1")
