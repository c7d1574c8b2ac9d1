"""`pool-sized-by-input`: a limit that grows with what it is to limit."""

from __future__ import annotations

from surefoot.facts.kinds import PoolSize
from surefoot.model import Confidence, Fix, Safety, Severity
from surefoot.rule import Bad, Good, Rule
from surefoot.semantics.call import Call, Given
from surefoot.semantics.summary import Symbol
from surefoot.semantics.world import World

_BOUND = Fix("Bound it: `min()` of a number and this one", (), Safety.SUGGESTION)


class PoolSizedByInput(Rule):
    """A pool or limiter is as large as the input, so it limits nothing.

    With ten items in a test there are ten threads. With ten thousand in production there are
    ten thousand: memory runs out, connections are refused, and the other side is flooded. Give
    a number, or `min()` of a number and the input. Pools of threads are often for a handful of
    items, so they are shown only to those who ask for low confidence.
    """

    code = "SF409"
    severity = Severity.WARNING
    facts = (PoolSize,)
    examples = (
        Bad(
            """
            from concurrent.futures import ThreadPoolExecutor

            def check(hosts, probe):
                with ThreadPoolExecutor(max_workers=len(hosts)) as pool:
                    return list(pool.map(probe, hosts))
            """
        ),
        Bad(
            """
            import asyncio
            from multiprocessing import Pool

            def build(targets, make):
                workers = max(1, len(targets))
                with Pool(workers) as pool:
                    pool.map(make, targets)

            def limiter(urls):
                return asyncio.Semaphore(len(urls) or 1)
            """,
            count=2,
        ),
        Bad(
            """
            import aiohttp

            def connector():
                return aiohttp.TCPConnector(limit=0)
            """
        ),
        Good(
            """
            from concurrent.futures import ThreadPoolExecutor

            def check(hosts, probe):
                with ThreadPoolExecutor(max_workers=min(16, len(hosts))) as pool:
                    return list(pool.map(probe, hosts))
            """,
            because="there are never more than sixteen",
        ),
        Good(
            """
            from concurrent.futures import ThreadPoolExecutor

            REGIONS = ("eu", "us")

            def check(probe, size, **options):
                first = ThreadPoolExecutor(len(REGIONS))
                second = ThreadPoolExecutor(size)
                third = ThreadPoolExecutor()
                fourth = ThreadPoolExecutor(**options)
                return first, second, third, fourth
            """,
            because="the number is known, given by the caller, or the default",
        ),
        Good(
            """
            import aiohttp

            def connector(size):
                options = {}
                if size is None:
                    options["limit"] = 0
                else:
                    options["limit"] = size
                return aiohttp.TCPConnector(**options)
            """,
            because="the limit is a setting, and may be there",
        ),
        Good(
            """
            from concurrent.futures import ThreadPoolExecutor

            def wait_for_all(*events):
                with ThreadPoolExecutor(max_workers=len(events)) as pool:
                    return all(pool.map(lambda event: event.wait(3), events))
            """,
            because="whoever writes the call writes down each of them",
        ),
        Good(
            """
            from pools import ThreadPoolExecutor

            def check(hosts):
                return ThreadPoolExecutor(max_workers=len(hosts))
            """,
            because="nothing is known of this pool",
        ),
    )

    def check_call(self, call: Call, fact: PoolSize) -> None:
        if call.makes_own:
            return
        given = call.arguments.symbol(fact.parameter, fact.position)
        if isinstance(given, Given):
            return
        value = call.world.value(given)
        if value is not None and value[0] == "k":
            written = call.symbol is not None and (fact.parameter, given) in call.symbol[2]
            if written and value[1] in fact.unlimited and value[1] is not False:
                self.report(
                    call,
                    f"`{call.shown}` opens as many {fact.what} at once as there is work",
                    confidence=Confidence.LOW,
                )
        elif _grows(call.world, given):
            self.report(
                call,
                f"`{call.shown}` allows as many {fact.what} as there are items, however many",
                confidence=Confidence.LOW if fact.what == "threads" else None,
                fix=_BOUND,
            )


def _grows(world: World, size: Symbol) -> bool:
    """Whether a number is the length of something that is not known beforehand, or no less."""
    match size:
        case ("c", ("n", "builtins.len"), (("", items),)):
            value = world.value(items)
            if value is not None and value[0] == "p" and _is_written_down(world, *value[1:]):
                return False
            return value is None or value[0] not in ("k", "t", "d", "n")
        case ("c", ("n", "builtins.max"), arguments):
            return any(keyword == "" and _grows(world, part) for keyword, part in arguments)
        case ("u", parts, _):
            return any(_grows(world, part) for part in parts)
    return False


def _is_written_down(world: World, function: str, name: str) -> bool:
    """Whether a parameter holds what stands one by one in a call: `*events`."""
    known = world.function(function)
    return known is not None and any(
        each.name == name and each.kind == "star" for each in known.parameters
    )
