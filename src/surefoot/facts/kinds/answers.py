"""What servers answer, and where it says whether they did what was asked."""

from __future__ import annotations

from dataclasses import dataclass

from surefoot.facts.kinds.base import Fact


@dataclass(frozen=True)
class HttpAnswer(Fact, key="http-answer"):
    """The callable sends a request and gives what the server answers, whatever its status.

    `status` names the attributes and methods of the answer that tell the status, or raise for
    a bad one; `body` those that give its content. `checked_by` names keywords of the call that may
    look at the status, `constructor` those of the client. `sends`: the request changes
    something, `yes` or `no`, or `method` where the argument at index 0 tells.
    """

    status: tuple[str, ...]
    body: tuple[str, ...]
    checked_by: tuple[str, ...] = ()
    constructor: tuple[str, ...] = ()
    sends: str = "no"
