"""What a linked project answers about its calls."""

from __future__ import annotations

from surefoot.examine import examine
from surefoot.facts.kinds import Blocking, Timeout
from surefoot.linking.project import Project
from surefoot.ruleset import RuleSet
from tests.checking import shipped_facts, sources

FILES = {
    "app/__init__.py": "",
    "app/clients.py": "import requests\n\nsession = requests.Session()\n",
    "app/views.py": (
        "import time\nfrom app.clients import session\n\n"
        "def view():\n    session.get(1)\n    time.sleep(1)\n    own()\n\ndef own(): ...\n"
    ),
}


def linked() -> Project:
    rules = RuleSet(())
    examinations = [examine(source, rules, shipped_facts()) for source in sources(FILES)]
    return Project(examinations, shipped_facts())


def test_calls_by_what_is_known_of_their_callees() -> None:
    """Calls about which there are facts of several kinds come once, in order of the text."""
    project = linked()
    names = [call.name for call in project.calls_about(Blocking, Timeout)]
    assert names == ["requests.Session.get", "time.sleep"]
    assert [call.name for call in project.calls_about(Timeout)] == ["requests.Session.get"]


def test_calls_that_wait_for_other_modules() -> None:
    """A call is remembered as one its own file could not judge."""
    pending = {call.name: call.was_pending for call in linked().calls}
    assert pending["requests.Session.get"]
    assert not pending["time.sleep"]
    assert not pending["app.views.own"]


def test_equal_symbols_of_a_file_are_one() -> None:
    """The same name or attribute, written twice, is kept once: summaries stay small."""
    code = "class A:\n    def f(self):\n        self.g()\n        self.g()\n\n    def g(self): 1\n"
    (source,) = sources({"one.py": code})
    summary = examine(source, RuleSet(()), shipped_facts()).summary
    first, second = summary.calls  # type: ignore[attr-defined]
    assert first.symbol[1] is second.symbol[1]
