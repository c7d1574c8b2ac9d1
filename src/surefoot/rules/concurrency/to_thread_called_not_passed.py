"""`to-thread-called-not-passed`: a thread is handed a result where it needs a function."""

from __future__ import annotations

import re
from typing import Any

import libcst as cst

from surefoot.facts.kinds import Blocking, Offload
from surefoot.linking.project import Project
from surefoot.model import Edit, Fix, Safety, Severity
from surefoot.rule import Bad, Good, Rule
from surefoot.semantics.call import Call, Given
from surefoot.semantics.decorators import is_neutral
from surefoot.semantics.names import spoken
from surefoot.semantics.summary import At, FunctionSummary, Symbol
from surefoot.semantics.values import Value
from surefoot.semantics.world import World

_PLAIN = re.compile(
    r"builtins\.(abs|bool|bytes|dict|float|int|len|list|open|print|range|repr|round|set|sorted|str"
    r"|sum|tuple)"
)


class ToThreadCalledNotPassed(Rule):
    """A thread is handed the result of a function instead of the function.

    `to_thread(load(url))` runs `load` where it stands, on the event loop it was meant to
    keep free, and then asks the thread to call what came out, which raises. A coroutine
    function handed to a thread does nothing at all: the thread makes a coroutine, and
    nobody awaits it. Pass the function and its arguments apart, `to_thread(load, url)`;
    await coroutines on the loop.
    """

    code = "SF404"
    severity = Severity.ERROR
    facts = (Offload,)
    examples = (
        Bad(
            """
            import asyncio
            import requests

            async def show(url):
                return await asyncio.to_thread(requests.get(url, timeout=1))
            """
        ),
        Bad(
            """
            import asyncio

            class Store:
                def load(self, name):
                    return {"name": name}

                async def show(self, name):
                    return await asyncio.to_thread(self.load(name))
            """,
            fixed="""
            import asyncio

            class Store:
                def load(self, name):
                    return {"name": name}

                async def show(self, name):
                    return await asyncio.to_thread(self.load, name)
            """,
        ),
        Bad(
            """
            # file: work.py
            import subprocess

            def collect(names) -> list[str]:
                return names

            def thumbnail(path):
                return subprocess.run(["convert", path], timeout=60, check=True)

            async def fetch(name):
                return name
            # file: service.py
            import asyncio
            from work import collect, fetch, thumbnail

            async def show(names):
                loop = asyncio.get_running_loop()
                await loop.run_in_executor(None, collect(names))
                await asyncio.to_thread(fetch, names)
                await asyncio.to_thread(thumbnail(names[0]))
            """,
            count=3,
        ),
        Bad(
            """
            import threading

            def beat():
                print("alive")

            def start():
                threading.Thread(target=beat(), daemon=True).start()
            """
        ),
        Bad(
            """
            import anyio

            class Report:
                def __init__(self, rows):
                    self.rows = rows

            def build(rows):
                return Report(rows)

            async def show(rows):
                return await anyio.to_thread.run_sync(build(rows))
            """
        ),
        Good(
            """
            import asyncio
            import functools
            import requests

            def load(url):
                return requests.get(url, timeout=1)

            async def show(url):
                await asyncio.to_thread(load, url)
                await asyncio.to_thread(functools.partial(load, url))
                return await asyncio.to_thread(lambda: load(url))
            """,
            because="the function is handed over uncalled",
        ),
        Good(
            """
            import asyncio

            def loader(url):
                def load():
                    return url

                return load

            class Job:
                def __call__(self):
                    return 1

            async def show(url):
                await asyncio.to_thread(Job())
                return await asyncio.to_thread(loader(url))
            """,
            because="what these calls give can be called",
        ),
        Good(
            """
            import asyncio
            from jobs import make, remote

            @remote
            def load(url):
                print(url)

            async def show(url):
                await asyncio.to_thread(load(url))
                await asyncio.to_thread(make(url))
                return await asyncio.to_thread(getattr(url, "load"))
            """,
            because="nobody knows what these calls give",
        ),
        Good(
            """
            import asyncio

            class Base:
                def job(self):
                    raise NotImplementedError("what to run")

                async def run(self):
                    return await asyncio.to_thread(self.job())
            """,
            because="classes that inherit from `Base` say what `job` gives",
        ),
        Good(
            """
            import asyncio

            async def fetch(url):
                return url

            async def show(url):
                return await asyncio.to_thread(asyncio.run, fetch(url))
            """,
            because="the thread runs the coroutine on a loop of its own",
        ),
        Good(
            """
            from typing import Callable
            import threading

            def target(name) -> Callable[[], None]:
                return name.run

            def start(name):
                threading.Thread(target=target(name)).start()
            """,
            because="the function says that it gives a function",
        ),
        Good(
            """
            import threading

            class Watch(threading.Thread):
                def __init__(self, name, seconds):
                    super().__init__(name=name)
                    self.seconds = seconds

            def watch(text):
                Watch("watch", int(text)).start()
            """,
            because="the class has a constructor of its own",
        ),
        Good(
            """
            async def show(pool, load, url):
                return await pool.to_thread(load(url))
            """,
            because="not every `to_thread` is asyncio's",
        ),
    )

    def check_call(self, call: Call, fact: Offload) -> None:
        self._judge(call, fact)

    def link(self, project: Project) -> None:
        for call in project.calls:
            fact = call.fact(Offload) if At.PENDING not in call.at else None
            if fact is not None and self._hands_over_from_elsewhere(call, fact):
                self._judge(call, fact)

    def _hands_over_from_elsewhere(self, call: Call, fact: Offload) -> bool:
        """Whether what is handed over is of another module, unknown when the file was read."""
        handed = call.arguments.symbol(fact.parameter or (), fact.position)
        name = call.world.target(handed) if not isinstance(handed, Given) else None
        module = call.world.split(name)[0] if name is not None else None
        return module is not None and module.module != call.module

    def _judge(self, call: Call, fact: Offload) -> None:
        if call.name is not None and call.world.cls(call.name) is not None:
            return
        handed = call.arguments.symbol(fact.parameter or (), fact.position)
        if isinstance(handed, Given) or handed is None:
            return
        if handed[0] == "c":
            name = call.world.target(handed)
            if name is not None and self._gives_no_callable(call, handed, name):
                self.report(
                    call,
                    f"`{spoken(call.world, name)}` runs before `{call.shown}` does, "
                    "which is handed its result and cannot call that",
                    fix_data=(fact.position,) if fact.passed else None,
                )
            return
        name = call.world.target(handed)
        function = call.world.function(name) if name is not None else None
        if name is None or function is None or not function.is_async or function.is_generator:
            return
        if all(is_neutral(call.world, decorator) for decorator in function.decorators):
            coroutine = f"a coroutine of `{spoken(call.world, name)}`"
            self.report(call, f"`{call.shown}` makes {coroutine} that nothing runs")

    def fix_at(self, node: Any, position: int) -> Fix | None:
        """Hand the function and its arguments over apart, where the callable passes them on."""
        if len(node.args) != position + 1:
            return None
        last = node.args[-1]
        inner = last.value
        if last.keyword is not None or not isinstance(inner, cst.Call):
            return None
        if any(argument.star or argument.keyword is not None for argument in inner.args):
            return None
        values = [argument.value for argument in inner.args]
        if any(isinstance(each, cst.GeneratorExp) and not each.lpar for each in values):
            return None
        if "#" in self.file.code(inner):
            return None
        parts = [inner.func, *values]
        text = ", ".join(self.file.code(part) for part in parts)
        edit = Edit(self.file.span(inner), text)
        return Fix("Pass the function uncalled", (edit,), Safety.SAFE)

    def _gives_no_callable(self, call: Call, handed: Symbol, name: str) -> bool:
        """Whether calling `name` gives, for certain, something that cannot be called."""
        world = call.world
        value = world.value(handed)
        function = world.function(name)
        if function is None:
            if world.cls(name) is None and Blocking in world.facts_about(name):
                return True
        elif not all(is_neutral(world, decorator) for decorator in function.decorators):
            return False
        elif _is_answer(world, function.returns):
            return True
        if value == ("k", None):
            return function is not None and self._does_something(call, name, function)
        return _is_no_callable(call, value)

    def _does_something(self, call: Call, name: str, function: FunctionSummary) -> bool:
        """Whether a function that gives None has a body: others override those that have not."""
        if call.node is None:
            return any(True for _ in self.project.calls_in.get(name, ()))
        inner = map(self.file.call, self.file.tree.of(cst.Call))
        return any(
            each.function == function.qualname and not str(each.name).endswith("Error")
            for each in inner
        )


def _is_answer(world: World, symbol: Symbol) -> bool:
    """Whether an expression is the call of something that blocks: what that gives is data."""
    name = world.target(symbol) if symbol is not None and symbol[0] == "c" else None
    return name is not None and world.function(name) is None and Blocking in world.facts_about(name)


def _is_no_callable(call: Call, value: Value) -> bool:
    if value is None:
        return False
    if value[0] in ("k", "t", "d", "l", "co"):
        return True
    if value[0] != "i":
        return False
    if _PLAIN.fullmatch(value[1]):
        return True
    owners = list(call.world.lineage(value[1])) if call.world.cls(value[1]) is not None else []
    known = [call.world.cls(owner[1]) if len(owner) > 1 else None for owner in owners]
    return bool(known) and all(
        owner is not None and "__call__" not in owner.members and not _has_unknown_base(call, owner)
        for owner in known
    )


def _has_unknown_base(call: Call, owner: object) -> bool:
    return any(call.world.value(base) is None for base in getattr(owner, "bases", ()))
