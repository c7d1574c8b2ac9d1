"""`unvalidated-splat`: any dictionary becomes an object that checks nothing."""

from __future__ import annotations

import re

import libcst as cst

from surefoot.facts.kinds import Settings, Validates
from surefoot.linking.project import Project
from surefoot.model import Severity
from surefoot.rule import Bad, Good, Rule
from surefoot.semantics.endpoint_answers import answers, endpoint_decorators
from surefoot.semantics.entities import entity
from surefoot.semantics.handlers import inside
from surefoot.semantics.raw_bodies import dictionary_parameter, is_checked_before, is_looked_at
from surefoot.semantics.values import PENDING
from surefoot.semantics.world import World

_RESTORES = re.compile(
    r"_.*|(\w+_)?(from|to|parse|load|decode|deseriali[sz]e|restore|build|make|convert|read|clone|copy|"
    r"factory|wrap|hydrate|unpack|inflate|structure|as)(_\w+)?|__\w+__"
)
_CHECKS = frozenset({cst.Assert, cst.If, cst.Raise, cst.Try})


class UnvalidatedSplat(Rule):
    """A function makes an object of whatever dictionary it is given, and nobody looks at it.

    A missing key, a text where a number belongs, a key too many: all of it gets in, is stored,
    and fails later where nobody knows any more where it came from.

    Take a type that says what is needed, or check the dictionary where it comes in.
    """

    code = "SF707"
    severity = Severity.INFO
    examples = (
        Bad(
            """
            # file: models.py
            class User:
                def __init__(self, **fields):
                    self.__dict__.update(fields)
            # file: users.py
            from models import User

            def create_user(data: dict):
                return User(**data)
            """
        ),
        Bad(
            """
            from collections.abc import Mapping
            from typing import Any
            from django.db import models

            class Order(models.Model):
                note = models.TextField()

            def add_order(fields: Mapping[str, Any]) -> Order:
                order = Order(**fields)
                order.save()
                return order
            """
        ),
        Good(
            """
            from dataclasses import dataclass
            from typing import TypedDict
            from pydantic import BaseModel

            class User(BaseModel):
                name: str

            class Row(TypedDict):
                name: str

            @dataclass
            class Point:
                x: int

                def __post_init__(self):
                    assert self.x

            def create_user(data: dict):
                return User(**data)

            def create_row(data: dict):
                return Row(**data), Point(**data)
            """,
            because="the model checks, the dictionary type is one, the dataclass knows its fields",
        ),
        Good(
            """
            class User:
                def __init__(self, **fields):
                    self.fields = fields

                @classmethod
                def create(cls, data: dict):
                    return cls(**data)

            def create_user(data: dict):
                if "name" not in data:
                    raise ValueError("name")
                return User(**data)

            def user_from_row(row: dict):
                return User(**row)

            def make_user(**data):
                return User(**data)

            def other_user(data: dict, validate):
                validate(data)
                return User(**data)
            """,
            because="looked at, or read back from where it was written",
        ),
        Good(
            """
            class User:
                def __init__(self, name: str, age: int):
                    self.name = name
                    self.age = age

            def create_user(data: dict):
                return User(**data)
            """,
            because="a key that is missing or one too many is refused",
        ),
    )

    def visit_Call(self, node: cst.Call) -> None:
        if not node.args or node.args[-1].star != "**":
            return
        function = dictionary_parameter(self.file, node.args[-1].value)
        if function is None or _RESTORES.fullmatch(function.name.value):
            return
        if is_checked_before(function) or is_looked_at(self.file, node.args[-1].value, node):
            return
        if any(part.__class__ in _CHECKS for part in inside([function.body])):
            return
        callee = self.file.value(node.func)
        if callee is not None and callee[0] in ("n", "?"):
            serves = self.file.once(endpoint_decorators, function)
            self.note(node, function.name.value, self.file.symbol(node.func), serves)

    def link(self, project: Project) -> None:
        world = project.world
        for examination, note in project.notes(self.name):
            function, symbol, serves = note.data
            assert symbol is None or isinstance(symbol, tuple)
            value = world.value(symbol)
            if value is None or value[0] != "n" or not _takes_anything(world, str(value[1])):
                continue
            if entity(world, str(value[1])) is not None and answers(world, serves) is not None:
                continue  # worse, and told so: mass assignment
            shown = value[1].rpartition(".")[2]
            if note.scope.partition(".")[0] == shown:
                continue
            self.report(
                note,
                f"`{function}` makes a `{shown}` of any dictionary: neither looks at what is in it",
                path=examination.path,
            )


def _takes_anything(world: World, name: str) -> bool:
    """Whether a class of the project takes any keywords and checks none."""
    own = world.cls(name)
    if own is None or own.decorators:
        return False
    if world.fact(Validates, name) is not None or world.fact(Settings, name) is not None:
        return False
    if entity(world, name) is not None:
        return True
    if PENDING in world.lineage(name) or any(world.value(base) is None for base in own.bases):
        return False
    made = world.attribute(("i", name, None), "__init__")
    function = world.function(made[1]) if made is not None and made[0] == "m" else None
    if function is None:
        return False
    kinds = [item.kind for item in function.parameters if item.name != "self"]
    return kinds == ["double-star"]
