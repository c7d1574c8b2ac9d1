"""`internal-type-in-public-signature`: an endpoint speaks in types of its storage or transport."""

from __future__ import annotations

import re
from typing import Any

import libcst as cst

from surefoot.facts.kinds import Internal
from surefoot.linking.project import Project
from surefoot.model import Severity
from surefoot.rule import Bad, Good, Rule
from surefoot.semantics.endpoint_answers import answers, endpoint_decorators, promise_of
from surefoot.semantics.summary import Symbol
from surefoot.semantics.values import Value
from surefoot.semantics.world import World

_GENERATED = re.compile(r"(^|\.)\w+_pb2\.\w+")


class InternalTypeInPublicSignature(Rule):
    """An endpoint declares that it takes or answers a message, a row or a query.

    Clients come to depend on how the service stores data or talks to others: a regenerated
    message or another column changes the interface, and nobody decided that.

    Give the interface types of its own, and convert at its border.
    """

    code = "SF709"
    severity = Severity.INFO
    default = False
    examples = (
        Bad(
            """
            import user_pb2
            from fastapi import APIRouter
            from sqlalchemy.engine import Row

            router = APIRouter()

            @router.get("/rpc")
            def g() -> user_pb2.User: ...

            @router.get("/rows")
            def rows() -> list[Row]: ...

            @router.post("/rpc")
            def take(user: user_pb2.User) -> dict: ...
            """,
            count=3,
        ),
        Good(
            """
            import user_pb2
            from fastapi import APIRouter
            from pydantic import BaseModel

            router = APIRouter()

            class User(BaseModel):
                name: str

            @router.get("/rpc")
            def g() -> User: ...

            def load() -> user_pb2.User: ...
            """,
            because="a type of the interface, and a function that is no endpoint",
        ),
    )

    def visit_FunctionDef(self, node: cst.FunctionDef) -> None:
        if not node.decorators or not self.file.once(endpoint_decorators, node):
            return
        promise = promise_of(self.file, node)
        if node.returns is not None:
            self.note(node.returns.annotation, promise, promise[3])
        scope = self.file.scope(node)
        for param in (*node.params.params, *node.params.kwonly_params):
            if param.annotation is not None:
                kind = self.file.symbols.annotation(param.annotation.annotation, scope)[0]
                if kind is not None:
                    self.note(param.annotation.annotation, promise, kind)

    def link(self, project: Project) -> None:
        world = project.world
        for examination, note in project.notes(self.name):
            promise: Any = note.data[0]
            symbol: Any = note.data[1]
            found = _internal(world, symbol) if answers(world, promise[1]) is not None else None
            if found is not None:
                name, what = found
                self.report(
                    note,
                    f"clients of `{promise[0]}` come to depend on the {what} `{name}`",
                    path=examination.path,
                )


def _internal(world: World, symbol: Symbol) -> tuple[str, str] | None:
    """The class, and what it is, if an annotation speaks of an internal type."""
    match symbol:
        case ("l" | "V", inner):
            return _internal(world, inner)
        case ("I", ("n", str() as name)) if _GENERATED.search(name):
            return name.rpartition(".")[2], "protobuf message"
    value: Value = world.value(symbol)
    if value is None or value[0] != "i":
        return None
    fact: Internal | None = world.fact(Internal, value[1])
    return (value[1].rpartition(".")[2], fact.what) if fact is not None else None
