"""`unvalidated-response-index`: an answer of another service is taken apart on trust."""

from __future__ import annotations

import libcst as cst

from surefoot.facts.kinds import ResponseData
from surefoot.model import Severity
from surefoot.rule import Bad, Good, Rule
from surefoot.semantics.file import File
from surefoot.semantics.handlers import inside, spelling
from surefoot.semantics.loops import is_script
from surefoot.semantics.raw_bodies import is_looked_at
from surefoot.semantics.summary import At, Symbol

_ROOTS = (cst.Await, cst.Call, cst.Name)
_KEYS = (cst.SimpleString, cst.Integer)
_LEVELS = 2
_DEEPEST = 2


class UnvalidatedResponseIndex(Rule):
    """What another service has answered is indexed two levels deep, outside any `try`.

    The other side answers an error, an empty list or a new version of its format with valid
    JSON as well. Then a `KeyError: 'user'` or an `IndexError` comes up somewhere in this
    service, and says neither which service answered nor what it answered.

    Check the answer against a model, or catch the failure and say what came.
    """

    code = "SF708"
    severity = Severity.INFO
    examples = (
        Bad(
            """
            import requests

            def user(i):
                r = requests.get(f"https://x/{i}", timeout=3)
                return r.json()["user"]["name"]

            def first(i):
                data = requests.get(f"https://x/{i}", timeout=3).json()
                name = data["users"][0]["name"]
                return name, data["users"][0]["id"]
            """,
            count=2,
        ),
        Bad(
            """
            import aiohttp
            import httpx

            async def price(client: httpx.AsyncClient, code):
                answer = await client.get(f"https://x/{code}")
                return answer.json()["data"]["price"]

            async def rate(session: aiohttp.ClientSession):
                async with session.get("https://x") as answer:
                    return (await answer.json())["rates"]["EUR"]
            """,
            count=2,
        ),
        Bad(
            """
            import requests

            class Repositories:
                def __init__(self):
                    self.session = requests.Session()

                def _get(self, path: str) -> dict:
                    answer = self.session.get("https://api" + path, timeout=3)
                    answer.raise_for_status()
                    return answer.json()

                def owner(self, name):
                    return self._get("/repos/" + name)["owner"]["login"]

                def tag(self, name):
                    tags = self._get("/tags/" + name)
                    return tags[0]["name"]
            """,
            count=2,
        ),
        Good(
            """
            import requests

            class User:
                @classmethod
                def model_validate(cls, d):
                    return d

            def user_ok(i):
                r = requests.get(f"https://x/{i}", timeout=3)
                r.raise_for_status()
                return User.model_validate(r.json())

            def name(i):
                return requests.get(f"https://x/{i}", timeout=3).json()["name"]
            """,
            because="a model checks it; one level names itself",
        ),
        Good(
            """
            import requests

            def caught(i):
                try:
                    return requests.get(f"https://x/{i}", timeout=3).json()["user"]["name"]
                except (KeyError, IndexError) as error:
                    raise LookupError(i) from error

            def tested(i):
                data = requests.get(f"https://x/{i}", timeout=3).json()
                if "user" not in data:
                    return None
                return data["user"]["name"]

            def asked(i):
                data = requests.get(f"https://x/{i}", timeout=3).json()
                return data["user"]["name"] if data.get("user") else None

            def empty(i):
                data = requests.get(f"https://x/{i}", timeout=3).json()
                return data["users"][0]["name"] if data["users"] else None
            """,
            because="what may be missing is caught or tested",
        ),
        Good(
            """
            import json

            def local(path, handed):
                with open(path) as file:
                    data = json.load(file)
                return data["user"]["name"], handed.json()["user"]["name"]
            """,
            because="a file of one's own, and an object that nothing is known of",
        ),
    )

    def visit_Subscript(self, node: cst.Subscript) -> None:
        if not isinstance(node.value, cst.Subscript):
            return
        if isinstance(self.file.parent(node), (cst.Subscript, cst.AssignTarget, cst.Del)):
            return
        root: cst.BaseExpression = node
        levels = 0
        while isinstance(root, cst.Subscript):
            if not _has_constant_key(root):
                return
            root, levels = root.value, levels + 1
        function = self.file.function(node)
        if levels < _LEVELS or function is None or not isinstance(root, _ROOTS):
            return
        if not _is_answer(self.file, self.file.symbol(root)) or is_script(self.file.path):
            return
        if At.GUARDED in self.file.at(node) or self._is_tested(function, root):
            return
        if self.file.once(_indexed, function).get(spelling(self.file, root)) is not node:
            return
        name = function.name.value
        self.report(
            node,
            f"an answer that looks different fails in `{name}` as a bare KeyError, IndexError or "
            "TypeError",
        )

    def _is_tested(self, function: cst.FunctionDef, root: cst.BaseExpression) -> bool:
        if is_looked_at(self.file, root, root):
            return True
        return spelling(self.file, root) in self.file.once(_asked, function)


def _has_constant_key(node: cst.Subscript) -> bool:
    match node.slice:
        case [cst.SubscriptElement(slice=cst.Index(value=key))]:
            return isinstance(key, _KEYS)
    return False


def _is_answer(file: File, symbol: Symbol, depth: int = 0) -> bool:
    """Whether a symbol is the data that another service answered with, as a function of the
    file hands it back, too."""
    while symbol is not None and symbol[0] in ("A", "w"):
        symbol = symbol[2 if symbol[0] == "A" else 1]
    if symbol is None or symbol[0] != "c":
        return False
    name = file.world.target(symbol)
    if name is None or file.world.fact(ResponseData, name) is not None:
        return name is not None
    function = file.world.function(name)
    if function is None or function.is_generator or depth >= _DEEPEST:
        return False
    return not function.decorators and _is_answer(file, function.returns, depth + 1)


def _asked(file: File, function: cst.FunctionDef) -> frozenset[str]:
    """The spellings of what a function asks for an item by `get`, or tests for items."""
    found = set()
    for node in inside([function.body]):
        match node:
            case cst.Call(func=cst.Attribute(value=owner, attr=cst.Name(value="get"))):
                found.add(spelling(file, owner))
            case cst.If(test=test) | cst.IfExp(test=test) | cst.While(test=test):
                found.update(
                    spelling(file, part.value)
                    for part in inside([test])
                    if isinstance(part, cst.Subscript)
                )
    return frozenset(found)


def _indexed(file: File, function: cst.FunctionDef) -> dict[str, cst.Subscript]:
    """The first index two levels deep into each thing, by its spelling, in a function."""
    found: dict[str, cst.Subscript] = {}
    for node in inside([function.body]):
        if isinstance(node, cst.Subscript) and isinstance(node.value, cst.Subscript):
            root: cst.BaseExpression = node
            while isinstance(root, cst.Subscript):
                root = root.value
            if not isinstance(file.parent(node), (cst.Subscript, cst.AssignTarget, cst.Del)):
                found.setdefault(spelling(file, root), node)
    return found
