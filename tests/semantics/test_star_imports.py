"""Names that come through `from module import *`."""

from __future__ import annotations

from surefoot.rules.network.missing_timeout import MissingTimeout
from surefoot.semantics.summary import ModuleSummary
from surefoot.semantics.world import World
from tests.checking import check, shipped_facts


def test_a_name_is_found_through_modules_that_import_everything_of_each_other() -> None:
    """A name comes through a circle of star imports from the one module that has it."""
    files = {
        "p/__init__.py": "",
        "p/a.py": "from p.b import *\nfrom p.c import *\n",
        "p/b.py": "from p.a import *\n",
        "p/c.py": "import requests\n\nsession = requests.Session()\n",
        "p/d.py": "from p.b import *\n\nsession.get('https://a.b')\n",
    }
    assert [item.path for item in check(files, [MissingTimeout])] == ["p/d.py"]


class _Counting(dict[str, object]):
    """Modules that count how often they are looked up."""

    asked = 0

    def get(self, key: object, default: object = None) -> object:
        self.asked += 1
        return super().get(key, default)  # type: ignore[call-overload]


def test_a_missing_name_is_looked_for_once_in_every_module() -> None:
    """The work does not multiply with the ways there are through star imports."""
    names = [f"m{number}" for number in range(12)]
    modules = _Counting(
        {
            name: ModuleSummary(
                module=name,
                path=f"{name}.py",
                star_imports=tuple(other for other in names if other != name),
            )
            for name in names
        }
    )
    world = World(modules, shipped_facts())  # type: ignore[arg-type]
    assert world.name("m0.missing") is None
    assert modules.asked < 100


def test_modules_that_are_not_there_are_not_searched_within_their_package() -> None:
    """Star imports of modules that are missing, compiled ones for instance, lead nowhere."""
    package = ModuleSummary(
        module="p",
        path="p/__init__.py",
        is_package=True,
        star_imports=tuple(f"p.compiled{number}" for number in range(12)),
    )
    modules = _Counting({"p": package})
    world = World(modules, shipped_facts())  # type: ignore[arg-type]
    assert world.name("p.missing") is None
    assert modules.asked < 100
