"""Failures after which nobody knows whether a request has arrived, told from others by name."""

from __future__ import annotations

import builtins
import enum
import re

from surefoot.semantics.retried import Errors
from surefoot.semantics.world import World

_BEFORE = re.compile(
    r"(?i)connecttimeout|connecterror|connectorerror|connectordns|connectionrefused|newconnection|"
    r"nameresolution|gaierror|pooltimeout|emptypool|nobrokers|connect_?timed|cannotconnect|dnserror"
)
_REFUSED = re.compile(
    r"(?i)ratelimit|rate_limit|throttl|toomany|quota|slowdown|limitexceeded|429|unavailable|busy|"
    r"overload|lock|serializ|auth|credential|permission|forbidden|denied|expired|token|notfound|"
    r"notready|conflict|exists|integrity|stale|version|valid|parse|decode|encode|json|schema|"
    r"valueerror|keyerror|typeerror|indexerror|attribute|assert|syntax|import|lookup|stopiteration"
)
_OPEN = re.compile(
    r"(?i)timeout|connect|network|transient|temporary|transport|server|http|request|remote|"
    r"protocol|retr(y|iable)|gateway|socket|ioerror|oserror|disconnect|reset"
)
_SYSTEM = (OSError, EOFError)
_FAMILIES = {
    "aioboto3": "botocore",
    "aiobotocore": "botocore",
    "aiohttp_retry": "aiohttp",
    "boto3": "botocore",
    "urllib3": "requests",
}
_TIMEOUTS = frozenset(
    {
        "asyncio.TimeoutError",
        "asyncio.exceptions.TimeoutError",
        "concurrent.futures.TimeoutError",
        "socket.error",
        "socket.timeout",
    }
)


class Doubt(enum.IntEnum):
    """How likely it is that what is tried again has happened already."""

    NONE = 0
    POSSIBLE = 1
    CERTAIN = 2


def doubt(world: World, errors: Errors, callee: str) -> Doubt:
    """Return whether, among the failures that are retried, some leave open whether a call of
    `callee` has done its work."""
    if errors.everything:
        return Doubt.POSSIBLE if errors.filtered else Doubt.CERTAIN
    found = max((_of(world, name, callee) for name in errors.names), default=Doubt.NONE)
    if found is Doubt.CERTAIN and errors.filtered:
        return Doubt.POSSIBLE
    return found


def _of(world: World, name: str, callee: str) -> Doubt:
    word = name.rpartition(".")[2]
    if _BEFORE.search(word) or _REFUSED.search(word):
        return Doubt.NONE
    if name.startswith("builtins."):
        known = getattr(builtins, word, None)
        system = isinstance(known, type) and issubclass(known, _SYSTEM)
        return Doubt.CERTAIN if system else Doubt.NONE
    if name in _TIMEOUTS or _family(name) == _family(callee):
        return Doubt.CERTAIN
    if world.cls(name) is not None and _OPEN.search(word):
        return Doubt.POSSIBLE
    return Doubt.NONE


def _family(name: str) -> str:
    root = name.partition(".")[0]
    return _FAMILIES.get(root, root)
