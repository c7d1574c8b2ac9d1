"""Which part of a service's life a function runs in."""

from __future__ import annotations

from dataclasses import dataclass

from surefoot.facts.kinds.base import Fact


@dataclass(frozen=True)
class Role(Fact, key="role"):
    """Functions reached this way run in a known part of a service's life.

    `name` is one of handler, job, startup, shutdown, signal-handler, thread-target,
    cli, test, settings; the role `worker` is found in the code, see `TakesWork`. `by` is
    `decorator` (the callable decorates the function), `base` (a class whose `methods` have
    the role), or `argument` (the function is passed at `position` or as `parameter`, alone
    or in a list). `keywords` gives further parameters their roles. `literals` maps the
    literal at index 0 to the role, where the callable serves several
    (`on_event("shutdown")`). A class to which functions are passed may have `methods`, too,
    that subclasses define instead.
    """

    name: str
    by: str = "decorator"
    methods: tuple[str, ...] = ()
    position: int | None = None
    parameter: str | None = None
    keywords: tuple[tuple[str, str], ...] = ()
    literals: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class TakesWork(Fact, key="takes-work"):
    """A wait for the next piece of work: in an endless loop it makes a worker.

    `by` is `call` (calling it gives the next one) or `iterate` (looping over an instance of
    the class, or over what the callable gives, does).
    """

    by: str = "call"
