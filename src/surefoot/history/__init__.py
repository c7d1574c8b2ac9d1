"""Runs kept over time: what came, what went, how long it took."""

from surefoot.history.lifecycle import Course, Life, course
from surefoot.history.store import Snapshot, Store, StoreError, snapshot

__all__ = ["Course", "Life", "Snapshot", "Store", "StoreError", "course", "snapshot"]
