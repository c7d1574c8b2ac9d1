"""`untyped-collection`: a public signature names a collection and not what it holds."""

from __future__ import annotations

import re
from typing import Any

import libcst as cst

from surefoot.edits import insert_behind
from surefoot.model import Fix, Safety, Severity
from surefoot.rule import Bad, Good, Rule
from surefoot.semantics.evident import evident_result, evident_type, is_builtin
from surefoot.semantics.generics import bare_generics
from surefoot.semantics.visibility import (
    has_public_interface,
    is_accessor,
    is_implementation,
    is_override,
    is_public,
)

_TUPLE = re.compile(r"tuple\[(.*)\]")


class UntypedCollection(Rule):
    """A public signature names a collection and not what it holds.

    To a type checker whatever comes out of a bare `list` or `dict` is anything at all: a key
    that does not exist, an amount that is text, pass every check. Say what it holds; a
    `TypedDict` or a dataclass says it best.
    """

    code = "SF502"
    severity = Severity.INFO
    examples = (
        Bad(
            """
            def items_sold(orders: list) -> dict:
                return {order: 1 for order in orders}
            """,
            count=2,
        ),
        Bad(
            """
            from typing import Dict, List

            def names(deep: bool) -> list:
                if deep:
                    return ["a", f"{deep}"]
                return [str(item) for item in range(3)]

            def sizes(texts: list[str]) -> Dict:
                return {str(text): len(text) for text in texts}

            def pair() -> tuple:
                return "a", 1

            def pick(of: tuple = ("a",), rates: List = [1], more: list = []) -> None:
                print(of, rates, more)

            def mixed(deep: bool) -> list:
                return [1] if deep else ["a"]
            """,
            fixed="""
            from typing import Dict, List

            def names(deep: bool) -> list[str]:
                if deep:
                    return ["a", f"{deep}"]
                return [str(item) for item in range(3)]

            def sizes(texts: list[str]) -> Dict[str, int]:
                return {str(text): len(text) for text in texts}

            def pair() -> tuple[str, int]:
                return "a", 1

            def pick(of: tuple[str, ...] = ("a",), rates: List[int] = [1], more: list = []) -> None:
                print(of, rates, more)

            def mixed(deep: bool) -> list:
                return [1] if deep else ["a"]
            """,
            count=7,
        ),
        Bad(
            """
            from collections.abc import Sequence
            from typing import Optional

            def nested(orders: Sequence[dict], by: Optional[list] = None) -> "dict | None":
                return None
            """,
            count=3,
        ),
        Bad(
            """
            import asyncio
            import re
            import typing

            class Client:
                def send(self, hook: typing.Callable, names: typing.List) -> asyncio.Task:
                    raise NotImplementedError

                async def match(self, pattern: re.Pattern) -> tuple[int, list]:
                    raise NotImplementedError
            """,
            count=5,
        ),
        Bad(
            """
            from typing import Generic, TypeVar

            T = TypeVar("T")

            class Box(Generic[T]):
                pass

            Rows = list

            def unpack(box: Box, rows: Rows, *more: set, **named: dict) -> None:
                pass
            """,
            count=4,
        ),
        Good(
            """
            from collections.abc import Callable, Mapping

            def items_sold(orders: list[str], hook: Callable[[int], None]) -> Mapping[str, int]:
                return {order: 1 for order in orders}
            """,
            because="what they hold is said",
        ),
        Good(
            """
            from typing import Any

            Payload = dict[str, Any]

            def send(payload: Payload, kind: type, value: Any) -> None:
                pass
            """,
            because="an alias that says it; a bare `type` is complete",
        ),
        Good(
            """
            from typing import Generic
            from typing_extensions import TypeVar

            T = TypeVar("T", default=int)

            class Box(Generic[T]):
                pass

            class Names(list[str]):
                pass

            def unpack(box: Box, names: Names) -> None:
                pass
            """,
            because="a default says it, and so does the base class",
        ),
        Good(
            """
            from dataclasses import dataclass, field

            @dataclass
            class Order:
                lines: list[str] = field(default_factory=list)

            def flat(value: object) -> list[object]:
                return value if isinstance(value, list) else [value]
            """,
            because="these are classes, no annotations",
        ),
        Good(
            """
            def _rows(table: list) -> dict:
                def inner(row: list) -> None:
                    pass
                return {}

            class _Table:
                def rows(self, wanted: set) -> None:
                    pass
            """,
            because="not public",
        ),
        Good(
            """
            from typing import Annotated, Literal

            def view(kind: Literal["list", "dict"], limit: Annotated[int, list]) -> None:
                pass
            """,
            because="literals and remarks are no types",
        ),
        Good(
            """
            from typing import overload
            from typing_extensions import override

            class Table(dict[str, int]):
                @override
                def update(self, rows: dict) -> None:
                    pass

                @overload
                def read(self, key: str) -> list[str]: ...
                @overload
                def read(self, key: int) -> list[int]: ...
                def read(self, key: object) -> list:
                    return []
            """,
            because="the base class, and the overloads, are what callers see",
        ),
    )

    def visit_FunctionDef(self, node: cst.FunctionDef) -> None:
        file = self.file
        annotated = _annotated(node)
        if not annotated or not has_public_interface(file) or not is_public(file, node):
            return
        scope = file.scope(node)
        qualname = file.scope_of(node).qualname
        for name, annotation in annotated:
            found = list(dict.fromkeys(bare_generics(file, annotation, scope)))
            if not found or self._is_decided_elsewhere(node):
                continue
            shown = " and ".join(f"`{item}`" for item in found)
            what = f"`{name}`" if name else "its result"
            self.report(
                annotation,
                f"`{qualname}` gives the {shown} of {what} no type parameters: "
                "what comes of it is not checked",
                fix_data=(),
            )

    def fix_at(self, node: Any) -> Fix | None:
        """Say what it holds, where all that is returned, or the default, shows it."""
        annotation: Any = self.file.parent(node)
        where = self.file.parent(annotation)
        match node, where:
            case ((cst.Name() | cst.Attribute()), cst.FunctionDef()):
                function, evident = where, evident_result(self.file, where)
            case (
                (cst.Name() | cst.Attribute()),
                cst.Param(default=cst.BaseExpression() as default),
            ):
                function = next(
                    item for item in self.file.ancestors(where) if isinstance(item, cst.FunctionDef)
                )
                evident = _of_any_length(evident_type(self.file, default))
            case _:
                return None
        kind, bracket, inner = (evident or "").partition("[")
        if not bracket or self.file.code(node).rpartition(".")[2].lower() != kind:
            return None
        if not is_builtin(self.file, inner, function):
            return None
        title = f"Say that it holds what is returned, or the default: `[{inner}`"
        return Fix(title, insert_behind(self.file, node, f"[{inner}"), Safety.UNSAFE)

    def _is_decided_elsewhere(self, node: cst.FunctionDef) -> bool:
        return (
            is_accessor(node) or is_override(self.file, node) or is_implementation(self.file, node)
        )


def _of_any_length(evident: str | None) -> str | None:
    """The type of a tuple of any length, of items of one type; others as they are."""
    match = _TUPLE.fullmatch(evident or "")
    if match is None:
        return evident
    kinds = set(match[1].split(", "))
    return f"tuple[{kinds.pop()}, ...]" if len(kinds) == 1 and "[" not in match[1] else None


def _annotated(node: cst.FunctionDef) -> list[tuple[str, cst.BaseExpression]]:
    """The parameters that are annotated, and last, under no name, the result."""
    params = node.params
    stars = [item for item in (params.star_arg, params.star_kwarg) if isinstance(item, cst.Param)]
    found = [
        (param.name.value, param.annotation.annotation)
        for param in (*params.posonly_params, *params.params, *params.kwonly_params, *stars)
        if param.annotation is not None
    ]
    if node.returns is not None:
        found.append(("", node.returns.annotation))
    return found
