"""The kinds of facts: what a library call does, as far as the rules care.

A kind is a frozen dataclass. Its key is the word under which YAML states it; its fields,
with `_` written as `-`, are the keys below that word. Where YAML gives a bare scalar or
list instead of a mapping, it is the value of the first field.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar


class Fact:
    """Base of all kinds; the class keyword `key` names it in YAML."""

    key: ClassVar[str]
    kinds: ClassVar[dict[str, type[Fact]]] = {}

    def __init_subclass__(cls, *, key: str) -> None:
        if key in Fact.kinds:
            raise TypeError(f"two kinds of facts are called {key!r}")
        cls.key = key
        Fact.kinds[key] = cls


@dataclass(frozen=True)
class Timeout(Fact, key="timeout"):
    """The callable waits for something outside the process.

    `parameter` names the keywords any of which bounds the wait; empty: it cannot be
    bounded by an argument. `position` is the index of the first of them among the
    positional arguments (without `self`). `default` is the bound in seconds when none
    is given; `None` is for ever. `constructor` names keywords of the receiver's
    constructor that bound its calls as well. `unless` names keywords that may bound it
    in ways not seen here (a transport, a config object); `connection_string` the keyword,
    at index 0, of a text that may hold it. `wait` tells network waits
    from waits for a child process (`subprocess`) or for another thread (`thread`).
    `socket_default`: obeys `socket.setdefaulttimeout`. `forever` lists the literal
    arguments that mean no bound. `peer`: the keyword, at index 0, of whom to connect to;
    without it a constructor connects only later.
    """

    parameter: tuple[str, ...] = ()
    position: int | None = None
    default: float | None = None
    constructor: tuple[str, ...] = ()
    unless: tuple[str, ...] = ()
    connection_string: str | None = None
    wait: str = "network"
    socket_default: bool = False
    forever: tuple[object, ...] = (None,)
    peer: str | None = None


@dataclass(frozen=True)
class SetsSocketTimeout(Fact, key="sets-socket-timeout"):
    """The callable sets the timeout of all sockets made from then on."""

    yes: bool = True


@dataclass(frozen=True)
class TimeoutValue(Fact, key="timeout-value"):
    """A class whose instances are timeouts (`httpx.Timeout`, `aiohttp.ClientTimeout`).

    `total` is the parameter for the whole, `position` its index among the positional
    arguments, `legs` those for connecting, reading and so on. `overall`: the total bounds
    everything whatever the legs say, and is None when it is not given; otherwise it is
    only the default of each leg.
    """

    total: str
    position: int | None = 0
    legs: tuple[str, ...] = ()
    overall: bool = True


@dataclass(frozen=True)
class IgnoredAttribute(Fact, key="ignores-attributes"):
    """Assigning these attributes of an instance has no effect (`Session.timeout = 5`)."""

    names: tuple[str, ...]


@dataclass(frozen=True)
class Blocking(Fact, key="blocking"):
    """The callable holds its thread: never call it on an event loop.

    `what` is one of network, sleep, subprocess, database, file, cpu, lock, input.
    `instead` is the dotted name of an asynchronous twin. `unless` maps keywords to the
    literal value that makes the call return at once (`block: false`); `position` gives
    the positional index of a keyword of `unless`.
    """

    what: str
    instead: str | None = None
    unless: tuple[tuple[str, object], ...] = ()
    position: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True)
class Returns(Fact, key="returns"):
    """The callable gives an instance of the class `type`."""

    type: str


@dataclass(frozen=True)
class Enters(Fact, key="enters"):
    """`with value as target` binds an instance of `type`, where that is not the value itself."""

    type: str


@dataclass(frozen=True)
class Attributes(Fact, key="attributes"):
    """Instances of the class have these attributes: pairs of name and class."""

    types: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Coroutine(Fact, key="coroutine"):
    """The callable must be awaited."""

    yes: bool = True


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
    """

    path: str = "result"
    descriptor: str | None = None
    only_if: tuple[tuple[str, object], ...] = ()


@dataclass(frozen=True)
class RemovesPath(Fact, key="removes-path"):
    """The callable removes or moves away the path at `position`."""

    position: int = 0


@dataclass(frozen=True)
class BuiltInRetries(Fact, key="built-in-retries"):
    """A client that retries its calls by itself.

    `attempts` is the number of calls in all when nothing is configured, `None` for no
    limit. `read` lists where it is configured, as `path + n`: `max_retries + 1` is the
    keyword plus the first call; dots enter keywords of a constructor call or keys of
    a dictionary (`config.retries.max_attempts + 1`); `@2` after a keyword is its
    positional index; `mount()` is what is mounted on the instance later. Where a policy
    or another retrying object stands at a path, that is asked. `calls` are the methods that are
    retried, dotted where they lie deeper; `*` is any. `module_setting` is a global that
    configures it (`stripe.max_network_retries + 1`).
    """

    attempts: int | None
    read: tuple[str, ...] = ()
    calls: tuple[str, ...] = ("*",)
    module_setting: str | None = None
    connect_only: bool = False


@dataclass(frozen=True)
class Retry(Fact, key="retry"):
    """A decorator, iterator or task option that runs a function again when it fails.

    `form`: `decorator`, `context` (iterated, or used in `with`), `task` (a job
    framework's decorator), or `policy` (an object handed to a client).
    `attempts` lists where the number of calls in all is set, in the notation of
    `BuiltInRetries.read`; `stop` the keywords any of which bounds the retries (with `@`);
    `default_attempts` is the number when none is given, `None` for ever; `bounded_by`
    the keywords that have a bound each by default, so that all must be None for no bound.
    `enabled_by`: it retries only if one of these keywords is given.
    `wait` lists the keywords that set the delay; `waits` whether there is a delay by default.
    `wait_position` the positional index of the first of them. `delay` is the one that gives
    the seconds between two attempts, `default_delay` how many they are where it is absent.
    `on` names the keyword for what is retried, `on_position` its index; `everything`
    whether every exception is retried by default; `filters` keywords that narrow it.
    `swallow` maps keywords to the literal value that makes exhaustion silent, unless one of
    `told_by` is given; `callback` is the keyword of a function whose result is returned then.
    `reraises`: the original exception comes out at the end, or does when the keyword
    `reraise` is true.
    `works_on_async` is false where an `async def` is not retried at all.
    """

    form: str = "decorator"
    attempts: tuple[str, ...] = ()
    stop: tuple[str, ...] = ()
    default_attempts: int | None = None
    bounded_by: tuple[str, ...] = ()
    enabled_by: tuple[str, ...] = ()
    wait: tuple[str, ...] = ()
    wait_position: int | None = None
    waits: bool = False
    delay: str | None = None
    default_delay: float | None = None
    on: str | None = None
    on_position: int | None = None
    everything: bool = False
    filters: tuple[str, ...] = ()
    swallow: tuple[tuple[str, object], ...] = ()
    told_by: tuple[str, ...] = ()
    callback: str | None = None
    reraises: bool = True
    works_on_async: bool = True


@dataclass(frozen=True)
class RetryPart(Fact, key="retry-part"):
    """A building block of a retry policy (`tenacity.stop_after_attempt`).

    `role` is stop, wait or condition. `attempts` is the positional index, and
    `parameter` the keyword, of the number of calls in all. `never`: this stop never
    stops, this wait never waits. `everything`: this condition lets every exception
    through when called without arguments or with `Exception`. `result`: this condition looks
    at what is returned, not at exceptions. `zero` is the positional index of the argument
    whose literal 0 means no wait.
    """

    role: str
    attempts: int | None = None
    parameter: str | None = None
    never: bool = False
    everything: bool = False
    result: bool = False
    zero: int | None = None


@dataclass(frozen=True)
class RetriesExhausted(Fact, key="retries-exhausted"):
    """The class is the exception raised when all attempts have failed."""

    yes: bool = True


@dataclass(frozen=True)
class Role(Fact, key="role"):
    """Functions reached this way run in a known part of a service's life.

    `name` is one of handler, job, startup, shutdown, signal-handler, thread-target,
    cli, test, settings. `by` is `decorator` (the callable decorates the function),
    `base` (a class whose `methods` have the role), or `argument` (the function is passed
    at `position` or as `parameter`, alone or in a list). `keywords` gives further
    parameters their roles. `literals` maps the literal at index 0 to the role, where the
    callable serves several (`on_event("shutdown")`).
    """

    name: str
    by: str = "decorator"
    methods: tuple[str, ...] = ()
    position: int | None = None
    parameter: str | None = None
    keywords: tuple[tuple[str, str], ...] = ()
    literals: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Offload(Fact, key="offload"):
    """The callable runs the function at `position`, or given as `parameter`, in another
    thread or process.

    `passed` tells that the function must be handed over uncalled and is awaited.
    """

    position: int = 0
    passed: bool = True
    parameter: str | None = None


@dataclass(frozen=True)
class RunsEventLoop(Fact, key="runs-event-loop"):
    """The callable starts an event loop and waits for it to end."""

    instead: str | None = None


@dataclass(frozen=True)
class Deadline(Fact, key="deadline"):
    """The callable bounds the time of what runs in it.

    `by` is `context` (a `with` block) or `argument` (the awaitable at index 0).
    `parameter` and `position` are those of the bound; literal None is no bound.
    """

    by: str = "context"
    parameter: str | None = None
    position: int | None = 0


@dataclass(frozen=True)
class ReadsConfiguration(Fact, key="reads-configuration"):
    """The callable reads one setting from the environment.

    `required`: raises when it is missing and no default is given. The name of the setting
    is the argument at index 0; its default the argument at `default_position` or
    the keyword `default`. `gives` is `str`, or `value` where the library converts.
    """

    required: bool = False
    default_position: int | None = 1
    default: str | None = "default"
    gives: str = "str"


@dataclass(frozen=True)
class RefusesNone(Fact, key="refuses-none"):
    """The callable cannot do its work with None in place of text.

    `effect` says what it does then: `raises TypeError`, `connects to localhost`.
    `position` is the index of the argument, `parameter` its keyword.
    """

    effect: str = "raises TypeError"
    position: int | None = 0
    parameter: str | None = None


@dataclass(frozen=True)
class Settings(Fact, key="settings"):
    """Subclasses of the class are settings models: making one reads the environment."""

    yes: bool = True


@dataclass(frozen=True)
class Reports(Fact, key="reports"):
    """The callable records a failure for people to see.

    `level` is the severity of the record (exception, critical, error, warning, info, debug).
    """

    level: str


@dataclass(frozen=True)
class NoReturn(Fact, key="no-return"):
    """The callable never returns."""

    yes: bool = True


@dataclass(frozen=True)
class Suppresses(Fact, key="suppresses"):
    """As a context manager, the callable swallows the exception classes it is given."""

    yes: bool = True


@dataclass(frozen=True)
class Generic(Fact, key="generic"):
    """The class takes type parameters; a type checker knows nothing of it without them."""

    example: str


@dataclass(frozen=True)
class Idempotency(Fact, key="side-effect"):
    """Each call has an effect outside that a second call repeats.

    `what` says it in a few words. `keys` names the keywords that make a repeat harmless.
    `method` is the index of the HTTP method, where only POST and PATCH have the effect.
    """

    what: str
    keys: tuple[str, ...] = ()
    method: int | None = None


@dataclass(frozen=True)
class RepeatedMethods(Fact, key="repeats-methods"):
    """A retry policy that says which HTTP methods are sent again.

    `parameter` names the keywords for them, `position` is the index of the first,
    `everything` lists the literals that stand for all methods, and `post` tells whether
    POST is among those repeated by default. `reading` names the keywords for failures
    after the request was sent: all zero or false, nothing is sent twice.
    """

    parameter: tuple[str, ...]
    position: int | None = None
    everything: tuple[object, ...] = (None,)
    post: bool = False
    reading: tuple[str, ...] = ()


@dataclass(frozen=True)
class UniqueValue(Fact, key="unique-value"):
    """Each call gives another value: random, counted, or the time.

    `coarse` names methods after which a time may be the same as before (`date`).
    """

    yes: bool = True
    coarse: tuple[str, ...] = ()


@dataclass(frozen=True)
class Synchronous(Fact, key="synchronous"):
    """Instances talk to a database or a server and hold their thread while they do.

    `what` says in a word what it is. `instead` is the dotted name of an asynchronous twin.
    """

    what: str
    instead: str | None = None
