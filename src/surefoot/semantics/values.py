"""Values: what symbols mean.

A value is a tuple like a symbol, with nothing left to look up:

    ("n", name)                 a module, class or function, by its canonical name
    ("m", name, receiver)       a method or attribute `name` of an instance
    ("i", class, arguments)     an instance; arguments those of its constructor, or None
    ("k", constant)  ("d", items, complete)  ("t", items)  ("l", item)
    ("co", symbol)              a coroutine that gives what the symbol means
    ("cm", symbol)              a context manager that binds it
    ("P", callee, arguments)    a callable with arguments bound in advance
    ("p", function, name)       a parameter nothing is known of

None is unknown for good; `PENDING` is unknown until other modules are known.
"""

from __future__ import annotations

from typing import Any

Value = tuple[Any, ...] | None
PENDING: tuple[Any, ...] = ("?",)
