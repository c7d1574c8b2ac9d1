import os

LEDGER_URL = os.environ["LEDGER_URL"]


def require(*names):
    missing = [name for name in names if name not in os.environ]
    if missing:
        raise SystemExit(f"not set: {', '.join(missing)}")
