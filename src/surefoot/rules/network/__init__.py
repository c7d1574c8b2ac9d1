"""Timeouts and retries: what happens when the other side does not answer."""
