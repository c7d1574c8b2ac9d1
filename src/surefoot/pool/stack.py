"""A stack for what is nested deeper than people write."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from threading import Thread

T = TypeVar("T")

_STACK_BYTES = (512 << 20, 64 << 20)
_DEEPEST_RECURSION = 50_000


def with_deep_stack(function: Callable[[], T]) -> T:
    """Call a function in a thread whose stack holds what would overflow the usual one.

    Raises what the function raises.
    """
    import threading

    outcome: list[T] = []
    errors: list[BaseException] = []

    def call() -> None:
        try:
            outcome.append(function())
        except BaseException as error:
            errors.append(error)

    recursion, size = sys.getrecursionlimit(), threading.stack_size()
    sys.setrecursionlimit(max(recursion, _DEEPEST_RECURSION))
    try:
        thread = _started(call)
        thread.join()
    finally:
        sys.setrecursionlimit(recursion)
        threading.stack_size(size)
    if errors:
        raise errors[0]
    return outcome[0]


def _started(call: Callable[[], None]) -> Thread:
    """Start a thread with the largest stack the system will give."""
    import threading

    for size in _STACK_BYTES:
        try:
            threading.stack_size(size)
            thread = threading.Thread(target=call, daemon=True)
            thread.start()
            return thread
        except (ValueError, RuntimeError):
            continue
    threading.stack_size(0)
    thread = threading.Thread(target=call, daemon=True)
    thread.start()
    return thread
