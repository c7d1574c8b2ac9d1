"""`ineffective-retry`: a retry that never happens."""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from surefoot.facts.kinds import BuiltInRetries, Retry, RetryPart
from surefoot.linking.project import Project
from surefoot.linking.retried_functions import Retried, retried_functions
from surefoot.model import Confidence, Note, Severity
from surefoot.rule import Bad, Good, Link, Rule
from surefoot.semantics.absence import bound_name
from surefoot.semantics.call import Call
from surefoot.semantics.decorators import is_neutral
from surefoot.semantics.handlers import caught, inside
from surefoot.semantics.retries import Policy, setting
from surefoot.semantics.summary import Symbol
from surefoot.semantics.swallowing import swallows
from surefoot.semantics.world import World

_EVERYTHING = frozenset({"builtins.Exception", "builtins.BaseException"})


class IneffectiveRetry(Rule):
    """A retry that never happens.

    The code says that a failure is tried again, so nobody looks after it elsewhere; but the
    exception never gets to what would retry: it is caught inside, raised only when a coroutine
    or a generator runs, or the policy is not in use. The first failure is the last. Let the
    exception out, use a policy made for the kind of function, or mount the policy.
    """

    code = "SF121"
    severity = Severity.WARNING
    facts = (Retry,)
    examples = (
        Bad(
            """
            import logging

            import tenacity

            @tenacity.retry(
                stop=tenacity.stop_after_attempt(3), wait=tenacity.wait_exponential()
            )
            def send(client, message):
                try:
                    client.send(message)
                except Exception:
                    logging.exception("not sent")
            """
        ),
        Bad(
            """
            # file: policies.py
            import tenacity

            patient = tenacity.retry(
                stop=tenacity.stop_after_attempt(3),
                retry=tenacity.retry_if_exception_type(ConnectionError),
            )
            # file: service.py
            from policies import patient

            @patient
            def load(client):
                \"\"\"Return what the client has, if it answers.\"\"\"
                result = None
                try:
                    result = client.fetch()
                except OSError as error:
                    print(error)
                return result
            """
        ),
        Bad(
            """
            from celery import shared_task

            @shared_task(bind=True, max_retries=5)
            def sync(self):
                work()
            """
        ),
        Bad(
            """
            from retrying import retry

            @retry(stop_max_attempt_number=3, wait_fixed=200)
            async def load(client):
                return await client.fetch()
            """
        ),
        Bad(
            """
            import tenacity

            @tenacity.retry(stop=tenacity.stop_after_attempt(3))
            def pages(client):
                for page in client.pages():
                    yield page
            """
        ),
        Bad(
            """
            import backoff

            @backoff.on_exception(backoff.expo, OSError, max_tries=3)
            async def pages(client):
                async for page in client.pages():
                    yield page
            """
        ),
        Bad(
            """
            import requests
            from requests.adapters import HTTPAdapter
            from urllib3.util.retry import Retry

            def build():
                session = requests.Session()
                policy = Retry(total=3, backoff_factor=1, status_forcelist=[502, 503])
                session.mount("https://", HTTPAdapter())
                return session
            """
        ),
        Bad(
            """
            import requests
            from requests.adapters import HTTPAdapter
            from urllib3.util.retry import Retry

            def build():
                session = requests.Session()
                adapter = HTTPAdapter(max_retries=Retry(total=3, backoff_factor=1))
                return session
            """
        ),
        Good(
            """
            import logging

            import tenacity

            @tenacity.retry(stop=tenacity.stop_after_attempt(3))
            def send(client, message):
                try:
                    client.send(message)
                except Exception:
                    logging.exception("not sent")
                    raise
            """,
            because="the exception is raised again",
        ),
        Good(
            """
            import logging

            import tenacity

            @tenacity.retry(stop=tenacity.stop_after_attempt(3))
            def send(client, message):
                connection = client.connect()
                try:
                    connection.send(message)
                except Exception:
                    logging.exception("not sent")
            """,
            because="connecting is retried",
        ),
        Good(
            """
            import tenacity

            @tenacity.retry(
                stop=tenacity.stop_after_attempt(3),
                retry=tenacity.retry_if_exception_type(OSError),
            )
            def load(client):
                try:
                    return client.fetch()
                except ValueError:
                    return None
            """,
            because="what is retried gets out",
        ),
        Good(
            """
            import tenacity

            @tenacity.retry(
                stop=tenacity.stop_after_attempt(3),
                retry=tenacity.retry_if_result(lambda result: result is None),
            )
            def load(client):
                try:
                    return client.fetch()
                except OSError:
                    return None
            """,
            because="the result decides",
        ),
        Good(
            """
            import backoff

            @backoff.on_predicate(backoff.expo, max_tries=3)
            def load(client):
                try:
                    return client.fetch()
                except OSError:
                    return None
            """,
            because="the result decides",
        ),
        Good(
            """
            import tenacity

            @tenacity.retry(stop=tenacity.stop_after_attempt(3))
            def load(client, failed):
                try:
                    return client.fetch()
                except OSError as error:
                    failed(error)
            """,
            because="nobody knows what the function called there does",
        ),
        Good(
            """
            from celery import shared_task

            @shared_task(bind=True, max_retries=5)
            def sync(self):
                try:
                    work()
                except ConnectionError as error:
                    raise self.retry(exc=error)

            @shared_task(autoretry_for=(ConnectionError,), max_retries=5)
            def pull():
                work()

            @shared_task(bind=True, max_retries=5)
            def push(self):
                run_with_retries(self, work)

            @shared_task(max_retries=5, base=Patient)
            def clean():
                work()

            @shared_task(max_retries=0)
            def once():
                work()
            """,
            because="these ask for another run, may be asked by others, or shall run once",
        ),
        Good(
            """
            import stamina

            @stamina.retry(on=OSError, attempts=3)
            def pages(client):
                for page in client.pages():
                    yield page
            """,
            because="stamina retries generators",
        ),
        Good(
            """
            import retrying

            @retrying.retry(stop_max_attempt_number=3)
            @run_until_complete
            async def load(client):
                return await client.fetch()
            """,
            because="another decorator may make a plain function of it",
        ),
        Good(
            """
            import tenacity

            @tenacity.retry(stop=tenacity.stop_after_attempt(3))
            async def load(client):
                return await client.fetch()
            """,
            because="tenacity awaits the coroutine",
        ),
        Good(
            """
            import requests
            from requests.adapters import HTTPAdapter
            from urllib3.util.retry import Retry

            def build():
                session = requests.Session()
                policy = Retry(total=3, backoff_factor=1, status_forcelist=[502, 503])
                session.mount("https://", HTTPAdapter(max_retries=policy))
                return session
            """,
            because="the policy is mounted",
        ),
        Good(
            """
            import urllib3
            from retry.api import retry_call
            from urllib3.util.retry import Retry

            def send(url, body):
                pool = urllib3.PoolManager()
                answer = pool.request("PUT", url, body=body, timeout=3, retries=Retry(total=3))

            def work():
                done = retry_call(send, tries=3)
            """,
            because="these calls do the work",
        ),
    )

    def visit_FunctionDef(self, node: cst.FunctionDef) -> None:
        if node.decorators:
            found = swallows(self.file, node)
            if found:
                self.note(node, "swallows", found)

    def check_call(self, call: Call, fact: Retry) -> None:
        if call.node is None:
            return
        if fact.form == "task" and fact.runs_again is not None:
            self._judge_task(call, call.node, fact)
        elif fact.form == "policy" and _makes(call):
            name = self._unused(call.node)
            if name is not None:
                self.report(call, f"nothing uses `{name}`: what it says is never tried again")

    def _judge_task(self, call: Call, node: cst.Call, fact: Retry) -> None:
        """Report a task that says how often it runs, and never asks to be run again."""
        decorator = self.file.parent(node)
        function = self.file.parent(decorator) if isinstance(decorator, cst.Decorator) else None
        if not isinstance(function, cst.FunctionDef):
            return
        given = call.arguments
        if given.open_keywords or given.has("base") or any(map(given.has, fact.enabled_by)):
            return
        limit = given.get(setting(fact.attempts[0]).path[0][0])
        if not isinstance(limit, tuple) or limit[0] != "k" or not limit[1]:
            return
        if _asks(function, fact.runs_again or ""):
            return
        name = function.name.value
        self.report(
            call, f"`{name}` is never run again: nothing in it asks for that, whatever it raises"
        )

    def _unused(self, node: cst.Call) -> str | None:
        """Return the local name that holds a policy, alone or in an adapter, for nothing."""
        parent = self.file.parent(node)
        while isinstance(parent, cst.Arg):
            around = self.file.parent(parent)
            if not isinstance(around, cst.Call):
                return None
            adapter = self.file.call(around)
            if adapter.fact(BuiltInRetries) is None or not _makes(adapter):
                return None
            parent = self.file.parent(around)
        name = bound_name(parent)
        scope = self.file.scope(node)
        if name is None or scope.kind != "function" or name.startswith("_"):
            return None
        if scope.find(name) is not scope:
            return None
        return name if len(self.file.uses(name, scope)) == 1 else None

    def link(self, project: Project) -> None:
        kept = {
            (examination.path, note.place): note.data[1]
            for examination, note in project.notes(self.name)
        }
        for retried in retried_functions(project):
            policy = retried.policy
            if not policy.enabled or policy.attempts == 1:
                continue
            note = Note(self.name, retried.place, retried.name)
            wrong = self._wrong_kind(project.world, retried)
            if wrong is not None:
                self.report(note, wrong, path=retried.path)
                continue
            symbols = kept.get((retried.path, retried.function.place))
            if isinstance(symbols, tuple) and _all_caught(project.world, policy, symbols):
                text = f"`{policy.name}` never hears of a failure: `{retried.shown}` catches it"
                inner = Link(retried.path, retried.function.place, "everything is caught inside")
                self.report(
                    note, text, path=retried.path, chain=[inner], confidence=Confidence.HIGH
                )

    def _wrong_kind(self, world: World, retried: Retried) -> str | None:
        """Return what is wrong with a policy for this kind of function, if anything is."""
        function, fact = retried.function, retried.policy.fact
        if fact.form == "task":
            return None
        below = function.decorators[retried.index + 1 :]
        if not all(is_neutral(world, symbol) for symbol in below):
            return None
        name = retried.policy.name
        if function.is_generator and not fact.works_on_generators:
            if fact.on is None:
                return None
            return f"`{name}` retries the making of the generator `{retried.shown}`, not its work"
        if function.is_async and not function.is_generator and not fact.works_on_async:
            return f"`{name}` retries the making of the coroutine `{retried.shown}`, not its work"
        return None


def _makes(call: Call) -> bool:
    """Whether a call makes an object and does nothing else, by the spelling of its name."""
    return call.shown.rpartition(".")[2][:1].isupper()


def _asks(function: cst.FunctionDef, method: str) -> bool:
    """Whether a task asks for another run itself, or hands itself to something that may."""
    first = next(iter(function.params.params), None)
    own = first.name.value if first is not None else ""
    for item in inside([function.body], into=(cst.FunctionDef, cst.Lambda)):
        match item:
            case cst.Attribute(attr=cst.Name(value=attribute)) if attribute == method:
                return True
            case cst.Arg(value=cst.Name(value=name)) if name in (own, function.name.value):
                return True
            case cst.Raise(exc=cst.BaseExpression()) if method in _names(item):
                return True
    return False


def _names(node: cst.CSTNode) -> set[str]:
    return {item.value.lower() for item in inside([node]) if isinstance(item, cst.Name)}


def _all_caught(world: World, policy: Policy, symbols: tuple[Symbol, ...]) -> bool:
    """Whether all that a policy retries is among what is caught."""
    errors = policy.errors
    if errors.filtered or errors.unknown or _looks_at_results(world, policy):
        return False
    names = {name for symbol in symbols for name in caught(world, symbol).names}
    if names & _EVERYTHING:
        return errors.everything or bool(errors.names)
    if errors.everything or not errors.names:
        return False
    return all(any(world.is_a(name, each) for each in names) for name in errors.names)


def _looks_at_results(world: World, policy: Policy) -> bool:
    """Whether a condition of a policy asks about what is returned."""
    return any(
        part.result or part.succeeded or part.judge is not None
        for part in _parts(world, [*policy.arguments.keywords.values()])
    ) or any(map(policy.arguments.has, policy.fact.by_result))


def _parts(world: World, symbols: list[Symbol]) -> Iterator[RetryPart]:
    stack = list(symbols)
    while stack:
        symbol = stack.pop()
        if symbol is None:
            continue
        value = world.value(symbol)
        if value is not None and value[0] in ("n", "i"):
            part = world.fact(RetryPart, value[1])
            if part is not None:
                yield part
        if symbol[0] == "c":
            stack.extend(item for _, item in symbol[2])
