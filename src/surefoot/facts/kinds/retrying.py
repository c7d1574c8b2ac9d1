"""What is done again, by whom, and what that repeats."""

from __future__ import annotations

from dataclasses import dataclass

from surefoot.facts.kinds.base import Fact


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
    configures it (`stripe.max_network_retries + 1`). `waits`: there is a pause between two
    attempts, however many are configured.
    """

    attempts: int | None
    read: tuple[str, ...] = ()
    calls: tuple[str, ...] = ("*",)
    module_setting: str | None = None
    connect_only: bool = False
    waits: bool = False


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
    `raised` is the exception that comes out at the end instead of the original one: always, or
    only if a keyword has the value in `raised_if`; never if one has that in `raised_unless`.
    `judges` names the keywords for functions that are given the exception and decide,
    `by_result` those for functions that are given the result, `by_result_position` the index of
    the first.
    `works_on_async` is false where an `async def` is not retried at all, `works_on_generators`
    true where what fails while a generator runs is retried. `runs_again` names the method by
    which the function may ask for another run itself.
    `jitter` names the keywords that make the waits random, `random` whether they are by default.
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
    raised: str | None = None
    raised_if: tuple[tuple[str, object], ...] = ()
    raised_unless: tuple[tuple[str, object], ...] = ()
    judges: tuple[str, ...] = ()
    by_result: tuple[str, ...] = ()
    by_result_position: int | None = None
    works_on_async: bool = True
    works_on_generators: bool = False
    runs_again: str | None = None
    jitter: tuple[str, ...] = ()
    random: bool = False


@dataclass(frozen=True)
class RetryPart(Fact, key="retry-part"):
    """A building block of a retry policy (`tenacity.stop_after_attempt`).

    `role` is stop, wait or condition. `attempts` is the positional index, and
    `parameter` the keyword, of the number of calls in all. `never`: this stop never
    stops, this wait never waits. `everything`: this condition lets every exception
    through when called without arguments or with `Exception`. `result`: this condition looks
    at what is returned, not at exceptions; `negated`: what its function holds for is not
    retried. `zero` is the positional index of the argument whose literal 0 means no wait.
    `judge` is the index of a function that is given the exception and decides. `succeeded`:
    this condition retries after success too. `cancelled`: it retries cancellation as well,
    unless one of the exceptions that its argument names is one. `random`: this wait is not
    the same for all who wait.
    `instead` retries only failures, and otherwise what the name of this condition says;
    `with_jitter` takes the same arguments as this wait, and is random.
    """

    role: str
    attempts: int | None = None
    parameter: str | None = None
    never: bool = False
    everything: bool = False
    result: bool = False
    zero: int | None = None
    judge: int | None = None
    negated: bool = False
    succeeded: bool = False
    cancelled: bool = False
    random: bool = False
    instead: str | None = None
    with_jitter: str | None = None


@dataclass(frozen=True)
class CallsAgain(Fact, key="calls-again"):
    """The callable runs the function at `position`, and runs it again when it fails: as the
    policy says that it is a method of, or its own arguments.

    `on` is the index of what is retried, where the call says it and not the policy.
    """

    position: int = 0
    on: int | None = None


@dataclass(frozen=True)
class RetrySettings(Fact, key="retry-settings"):
    """How a retry policy is told when to give up and how long to wait between calls.

    `stop` is the keyword for the number of calls in all, `pause` the one for the seconds
    between them, or the `milliseconds`. Where a keyword takes no number, `stop_with` and
    `pause_with` name what makes of one what it takes, by the keyword `pause_argument`.
    """

    stop: str | None = None
    stop_with: str | None = None
    pause: str | None = None
    pause_with: str | None = None
    pause_argument: str = ""
    milliseconds: bool = False


@dataclass(frozen=True)
class RetriesExhausted(Fact, key="retries-exhausted"):
    """The class is the exception raised when all attempts have failed."""

    yes: bool = True


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
    after the request was sent: all zero or false, nothing is sent twice. A subclass with a
    method of one of the names in `decided_by` decides for itself what is sent again.
    """

    parameter: tuple[str, ...]
    position: int | None = None
    everything: tuple[object, ...] = (None,)
    post: bool = False
    reading: tuple[str, ...] = ()
    decided_by: tuple[str, ...] = ()


@dataclass(frozen=True)
class UniqueValue(Fact, key="unique-value"):
    """Each call gives another value: random, counted, or the time.

    `coarse` names methods after which a time may be the same as before (`date`).
    """

    yes: bool = True
    coarse: tuple[str, ...] = ()
