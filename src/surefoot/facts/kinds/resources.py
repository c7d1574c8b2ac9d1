"""What must be closed or removed, and who does it."""

from __future__ import annotations

from dataclasses import dataclass

from surefoot.facts.kinds.base import Fact


@dataclass(frozen=True)
class Resource(Fact, key="resource"):
    """The callable gives something that must be closed.

    `close` names the methods that close it, `context` whether `with`, `async with`,
    `both` or `none` does. `what` says in a word what it is (file, socket, session,
    connection, process, executor, channel). `long_lived`: meant to be made once and
    kept for the life of the process.
    """

    close: tuple[str, ...] = ("close",)
    context: str = "with"
    what: str = "file"
    long_lived: bool = False


@dataclass(frozen=True)
class EndsTransaction(Fact, key="with-ends-transaction"):
    """As a context manager, the connection it gives ends a transaction and stays open."""

    yes: bool = True


@dataclass(frozen=True)
class TakesOwnership(Fact, key="takes-ownership"):
    """The callable closes, or hands to a closer, its argument at `position` or `parameter`."""

    position: int | None = 0
    parameter: str | None = None


@dataclass(frozen=True)
class Borrows(Fact, key="borrows"):
    """The callable uses its arguments and leaves them to its caller, who must close them.

    `gives` is `data` where the result needs them no longer, `view` where it still reads
    from them or is another form of them (`csv.reader`).
    """

    gives: str = "data"


@dataclass(frozen=True)
class TemporaryPath(Fact, key="temporary-path"):
    """The callable leaves a path on disk that the caller must remove.

    `path` says where the path is in the result: `result` itself, `item 1` of a tuple,
    or an attribute (`name`). `descriptor` likewise for an open file descriptor.
    `only_if` maps keywords to the literal value under which this holds (`delete: false`).
    `context` names what takes the same arguments, gives the same path to `with`, and removes it;
    `closer` the function that closes the descriptor.
    """

    path: str = "result"
    descriptor: str | None = None
    only_if: tuple[tuple[str, object], ...] = ()
    context: str | None = None
    closer: str | None = None


@dataclass(frozen=True)
class RemovesPath(Fact, key="removes-path"):
    """The callable removes or moves away the path at `position`."""

    position: int = 0
