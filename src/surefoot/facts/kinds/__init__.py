"""The kinds of facts: what a library call does, as far as the rules care.

A kind is a frozen dataclass. Its key is the word under which YAML states it; its fields,
with `_` written as `-`, are the keys below that word. Where YAML gives a bare scalar or
list instead of a mapping, it is the value of the first field.

Each module holds the kinds of one subject; a new one is imported here.
"""

from __future__ import annotations

from surefoot.facts.kinds.base import Fact
from surefoot.facts.kinds.concurrency import (
    Blocking,
    Coroutine,
    Offload,
    RunsEventLoop,
    Synchronous,
)
from surefoot.facts.kinds.configuration import ReadsConfiguration, RefusesNone, Settings
from surefoot.facts.kinds.errors import NoReturn, Reports, Suppresses
from surefoot.facts.kinds.resources import (
    Borrows,
    RemovesPath,
    Resource,
    TakesOwnership,
    TemporaryPath,
)
from surefoot.facts.kinds.retrying import (
    BuiltInRetries,
    Idempotency,
    RepeatedMethods,
    RetriesExhausted,
    Retry,
    RetryPart,
    UniqueValue,
)
from surefoot.facts.kinds.roles import Role
from surefoot.facts.kinds.secrets import Credential, SecretFormat
from surefoot.facts.kinds.testing import Asserts, ExpectsException, Fixture, Mock, Patches
from surefoot.facts.kinds.values import Attributes, Enters, Generic, Returns
from surefoot.facts.kinds.waiting import (
    Deadline,
    IgnoredAttribute,
    SetsSocketTimeout,
    Timeout,
    TimeoutValue,
)

__all__ = [
    "Asserts",
    "Attributes",
    "Blocking",
    "Borrows",
    "BuiltInRetries",
    "Coroutine",
    "Credential",
    "Deadline",
    "Enters",
    "ExpectsException",
    "Fact",
    "Fixture",
    "Generic",
    "Idempotency",
    "IgnoredAttribute",
    "Mock",
    "NoReturn",
    "Offload",
    "Patches",
    "ReadsConfiguration",
    "RefusesNone",
    "RemovesPath",
    "RepeatedMethods",
    "Reports",
    "Resource",
    "RetriesExhausted",
    "Retry",
    "RetryPart",
    "Returns",
    "Role",
    "RunsEventLoop",
    "SecretFormat",
    "SetsSocketTimeout",
    "Settings",
    "Suppresses",
    "Synchronous",
    "TakesOwnership",
    "TemporaryPath",
    "Timeout",
    "TimeoutValue",
    "UniqueValue",
]
