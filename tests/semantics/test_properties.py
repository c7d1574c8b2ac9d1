"""Reads of attributes that run code."""

from __future__ import annotations

import textwrap

import pytest

from surefoot.examine import examine
from surefoot.linking.project import Project
from surefoot.ruleset import RuleSet
from surefoot.semantics.summary import At
from tests.checking import shipped_facts, sources

TRUCK = """
    import functools

    class Vehicle:
        @functools.cached_property
        def plan(self): ...

    class Truck(Vehicle):
        def __init__(self):
            self.load = 0

        @property
        def position(self): ...

        @position.setter
        def position(self, value): ...

        def move(self): ...

        async def report(self):
            return {own}
    """


def reads(use: str, own: str = "None") -> list[tuple[str | None, str]]:
    """What is called, and in which function, in a coroutine `show` of another module that
    uses a `truck`, and in a method `report` of its own."""
    files = {
        "truck.py": textwrap.dedent(TRUCK).replace("{own}", own),
        "views.py": f"from truck import Truck\n\nasync def show(truck: Truck, other):\n    {use}\n",
    }
    examinations = [examine(source, RuleSet(()), shipped_facts()) for source in sources(files)]
    calls = Project(examinations, shipped_facts()).calls
    return [(call.name, call.function) for call in calls if At.DECORATOR not in call.at]


@pytest.mark.parametrize(
    "use",
    [
        "return truck.position",
        "return [truck.position]",
        "return truck.position, truck.position",
        "other(truck.position)",
        "truck.position.x = 1",
        "truck.position += 1",
    ],
)
def test_a_read_of_a_property_is_a_call(use: str) -> None:
    """Wherever a coroutine reads a property of another module's class, it runs it."""
    assert reads(use) == [("truck.Truck.position", "show")]


def test_the_property_of_a_base() -> None:
    """A property may be inherited."""
    assert reads("return truck.plan") == [("truck.Vehicle.plan", "show")]


def test_own_property() -> None:
    """Methods read properties of `self`."""
    assert reads("return 1", own="self.plan, self.position, self.load") == [
        ("truck.Vehicle.plan", "Truck.report"),
        ("truck.Truck.position", "Truck.report"),
    ]


@pytest.mark.parametrize(
    "use",
    [
        "return truck.load",
        "return truck.move",
        "return other.position",
        "return Truck.position",
        "truck.position = 1",
        "del truck.position",
        "def late(): return truck.position",
        "return lambda: truck.position",
    ],
)
def test_other_reads_are_no_calls(use: str) -> None:
    """Plain attributes, methods, unknown objects, classes and targets run nothing there."""
    assert [call for call in reads(use) if call[0] is not None] == []
