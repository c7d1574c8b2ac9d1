"""The kinds of facts: what a library call does, as far as the rules care.

A kind is a frozen dataclass. Its key is the word under which YAML states it; its fields,
with `_` written as `-`, are the keys below that word. Where YAML gives a bare scalar or
list instead of a mapping, it is the value of the first field.

Each module holds the kinds of one subject; a new one is imported here.
"""

from __future__ import annotations

from surefoot.facts.kinds.answers import (
    FailsOnStatus,
    HttpAnswer,
    MayLack,
    ObeysRetryAfter,
    Pauses,
    Permanent,
    RateLimited,
    RetriedStatuses,
)
from surefoot.facts.kinds.architecture import (
    Answers,
    ChangesDisk,
    ChangesProcess,
    Decodes,
    Dumps,
    Entity,
    Finds,
    Internal,
    Receives,
    RequestBody,
    Responds,
    ResponseData,
    Validates,
    Writes,
)
from surefoot.facts.kinds.automation import (
    Detached,
    MachineOutput,
    MayFail,
    Mutates,
    OneByOne,
    Owned,
    ResponseText,
    RunsCommand,
    Verdict,
)
from surefoot.facts.kinds.base import Fact
from surefoot.facts.kinds.concurrency import (
    Admits,
    Blocking,
    Coroutine,
    Offload,
    PoolSize,
    RunsEventLoop,
    RunsTogether,
    StartsTask,
    Synchronous,
)
from surefoot.facts.kinds.configuration import ReadsConfiguration, RefusesNone, Settings
from surefoot.facts.kinds.errors import NoReturn, Raises, Reports, Suppresses
from surefoot.facts.kinds.failures import (
    FailureCode,
    InputOutputFailure,
    KeepsFailure,
    PartialFailure,
)
from surefoot.facts.kinds.resources import (
    Borrows,
    EndsTransaction,
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
    RetrySettings,
    UniqueValue,
)
from surefoot.facts.kinds.roles import Role, TakesWork
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
    "Admits",
    "Answers",
    "Asserts",
    "Attributes",
    "Blocking",
    "Borrows",
    "BuiltInRetries",
    "ChangesDisk",
    "ChangesProcess",
    "Coroutine",
    "Credential",
    "Deadline",
    "Decodes",
    "Detached",
    "Dumps",
    "EndsTransaction",
    "Enters",
    "Entity",
    "ExpectsException",
    "Fact",
    "FailsOnStatus",
    "FailureCode",
    "Finds",
    "Fixture",
    "Generic",
    "HttpAnswer",
    "Idempotency",
    "IgnoredAttribute",
    "InputOutputFailure",
    "Internal",
    "KeepsFailure",
    "MachineOutput",
    "MayFail",
    "MayLack",
    "Mock",
    "Mutates",
    "NoReturn",
    "ObeysRetryAfter",
    "Offload",
    "OneByOne",
    "Owned",
    "PartialFailure",
    "Patches",
    "Pauses",
    "Permanent",
    "PoolSize",
    "Raises",
    "RateLimited",
    "ReadsConfiguration",
    "Receives",
    "RefusesNone",
    "RemovesPath",
    "RepeatedMethods",
    "Reports",
    "RequestBody",
    "Resource",
    "Responds",
    "ResponseData",
    "ResponseText",
    "RetriedStatuses",
    "RetriesExhausted",
    "Retry",
    "RetryPart",
    "RetrySettings",
    "Returns",
    "Role",
    "RunsCommand",
    "RunsEventLoop",
    "RunsTogether",
    "SecretFormat",
    "SetsSocketTimeout",
    "Settings",
    "StartsTask",
    "Suppresses",
    "Synchronous",
    "TakesOwnership",
    "TakesWork",
    "TemporaryPath",
    "Timeout",
    "TimeoutValue",
    "UniqueValue",
    "Validates",
    "Verdict",
    "Writes",
]
