"""Small projects, each with what surefoot is to find in it, however it is asked."""

from __future__ import annotations

import random
from collections.abc import Collection
from pathlib import Path

import pytest

from surefoot.catalog import load_catalog
from surefoot.config import enabled_rules, load_config, with_command_line
from surefoot.examine import examine, look
from surefoot.factbook import Factbook
from surefoot.facts.table import FactTable
from surefoot.linking.link import link
from surefoot.model import FixRequest, Looked, Run
from surefoot.pool import files as pool_files
from surefoot.reading import read
from surefoot.run import check
from tests.checking import shipped_facts
from tests.projects.expectations import Place, Project, all_projects, observed

CATALOG = load_catalog()
PROJECTS = all_projects()
each_project = pytest.mark.parametrize(
    "project", PROJECTS, ids=[project.name for project in PROJECTS]
)
EDITS: dict[str, tuple[str, str, str, set[Place]]] = {
    "blocking-two-modules-away": (
        "profiles/gateway.py",
        "response = requests.get(BASE + path, timeout=5)",
        "response = _cache[path]",
        {("profiles/views.py", 10, "blocking-reachable-from-async")},
    ),
    "client-factory": (
        "shop/http.py",
        "    session = requests.Session()\n",
        "    session = httpx.Client()\n",
        {
            ("shop/returns.py", 6, "missing-timeout"),
            ("shop/stock.py", 9, "missing-timeout"),
            ("shop/stock.py", 18, "missing-timeout"),
        },
    ),
    "wrapper-forwards-options": (
        "shop/http.py",
        "    return requests.get(url, **options)",
        '    return requests.get(url, **{"timeout": 5, **options})',
        {
            ("shop/views.py", 9, "missing-timeout"),
            ("shop/views.py", 25, "missing-timeout"),
        },
    ),
    "retry-over-retry": (
        "ledger/store.py",
        "max_tries=5",
        "max_tries=1",
        {("ledger/closing.py", 10, "double-retry"), ("ledger/closing.py", 24, "double-retry")},
    ),
    "config-first-read-in-handler": (
        "pay/gateway.py",
        'return os.environ["PAYMENTS_KEY"]',
        'return os.environ.get("PAYMENTS_KEY", "")',
        {("pay/gateway.py", 9, "lazy-config-read")},
    ),
    "done-twice": (
        "shop/gateway.py",
        "session.post(ORDERS + path, json=body, timeout=5, headers=headers)\n\n\ndef send_",
        "session.put(ORDERS + path, json=body, timeout=5, headers=headers)\n\n\ndef send_",
        {
            ("shop/flows.py", 16, "retry-nonidempotent-call"),
            ("shop/flows.py", 39, "retry-nonidempotent-call"),
        },
    ),
    "key-per-attempt": (
        "shop/keys.py",
        "{prefix}-{uuid.uuid4()}",
        "{prefix}-{prefix}",
        {("shop/payments.py", 10, "idempotency-key-regenerated")},
    ),
    "sync-session-in-endpoint": (
        "app/database.py",
        "SessionLocal = sessionmaker(engine)",
        "SessionLocal = dict",
        {("app/views.py", 20, "sync-session-in-async-endpoint")},
    ),
    "startup-never-closed": (
        "app/ending.py",
        "    await stores.session.close()",
        "    await stores.session.close()\n    await stores.state.pool.close()",
        {("app/stores.py", 10, "startup-resource-not-closed")},
    ),
    "resource-from-factory": (
        "store/opening.py",
        'return open(path, "a")',
        "return logs[path]",
        {("store/orders.py", 12, "unclosed-resource")},
    ),
}
"""By project: a file, a text in it and what to put in its place, the findings that go away."""


@pytest.fixture(autouse=True)
def _load_facts_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a cache every run reads all facts; here the first one does it for all."""
    monkeypatch.setattr(Factbook, "_load", _loaded)


def _loaded(book: Factbook) -> FactTable:
    if book.digest not in _TABLES:
        _TABLES[book.digest] = _load(book)
    return _TABLES[book.digest]


_TABLES: dict[bytes, FactTable] = {}
_load = Factbook._load


def run(root: Path, project: Project, *paths: str, jobs: int = 1, use_cache: bool = False) -> Run:
    named = [str(root / path) for path in paths] or [str(root)]
    config = with_command_line(load_config(named), select=project.rules, jobs=jobs)
    return check(config, CATALOG, named, cwd=str(root), use_cache=use_cache)


@pytest.fixture
def root(project: Project, tmp_path: Path) -> Path:
    """A copy of the project."""
    return project.copy(tmp_path / "project")


def test_there_are_enough_projects() -> None:
    """No project is lost, and each of their modules can be compiled."""
    assert len(PROJECTS) >= 45
    for project in PROJECTS:
        for file in project.files:
            compile((project.folder / file).read_text(encoding="utf-8"), file, "exec")


@each_project
def test_comments_and_expectations_agree(project: Project) -> None:
    """`expected.json` holds the places that the comments mark, and no others."""
    assert [finding.place for finding in sorted(project.findings)] == project.marked()


@each_project
def test_exactly_the_expected_is_found(project: Project, root: Path) -> None:
    """The findings, with their chains, are those expected; no file and no rule fails."""
    outcome = run(root, project)
    assert outcome.failures == ()
    assert observed(outcome.findings) == sorted(project.findings)


@each_project
def test_files_asked_for_one_by_one(project: Project, root: Path) -> None:
    """Each file alone gets the findings that the whole project has for it."""
    whole = run(root, project).findings
    for file in project.files:
        alone = run(root, project, file).findings
        assert alone == tuple(finding for finding in whole if finding.path == file)


@each_project
def test_cold_and_warm(project: Project, root: Path) -> None:
    """A cache changes nothing: neither while it is filled nor when it is full."""
    without = run(root, project).findings
    assert run(root, project, use_cache=True).findings == without
    warm = run(root, project, use_cache=True)
    assert warm.cached == warm.examined
    assert warm.findings == without


@each_project
def test_any_order(project: Project, root: Path) -> None:
    """The order in which files are asked for does not matter."""
    expected = run(root, project).findings
    shuffled = random.Random(project.name).sample(project.files, len(project.files))
    assert run(root, project, *shuffled).findings == expected


@each_project
def test_linking_in_any_order(project: Project, root: Path) -> None:
    """The order in which modules are linked does not matter."""
    config = with_command_line(load_config([str(root)]), select=project.rules)
    rules = CATALOG.rule_set(enabled_rules(config, CATALOG.rules))
    sources = {source.path: source for source in read(config, [str(root)]).sources}
    examinations = [examine(source, rules, shipped_facts()) for source in sources.values()]

    def find(path: str, places: Collection[int], fixes: Collection[FixRequest]) -> Looked:
        return look(sources[path], places, fixes, rules, shipped_facts())

    expected = link(examinations, rules, shipped_facts(), find)
    order = random.Random(project.name)
    for _ in range(3):
        order.shuffle(examinations)
        assert link(examinations, rules, shipped_facts(), find) == expected


@each_project
def test_two_processes(project: Project, root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two processes say what one says."""
    alone = run(root, project)
    monkeypatch.setitem(pool_files.examine_files.__kwdefaults__, "many", 1)
    together = run(root, project, jobs=2)
    assert together.findings == alone.findings
    assert together.failures == alone.failures


@pytest.mark.parametrize(
    ("project", "edit"),
    [(project, EDITS[project.name]) for project in PROJECTS if project.name in EDITS],
    ids=[project.name for project in PROJECTS if project.name in EDITS],
)
def test_an_edit_changes_what_depends_on_it(
    project: Project, root: Path, edit: tuple[str, str, str, set[Place]]
) -> None:
    """With a warm cache, editing one helper makes findings of other files, and no others, go
    away; taking the edit back brings them back. Nothing but the edited file is examined."""
    file, old, new, gone = edit
    before = run(root, project, use_cache=True)
    text = (root / file).read_text(encoding="utf-8")
    assert text.count(old) == 1
    (root / file).write_text(text.replace(old, new), encoding="utf-8")
    after = run(root, project, use_cache=True)
    assert after.cached == after.examined - 1
    assert gone
    assert places(before) - places(after) == gone
    assert places(after) < places(before)
    assert observed(after.findings) == observed(run(root, project).findings)
    (root / file).write_text(text, encoding="utf-8")
    assert run(root, project, use_cache=True).findings == before.findings


def places(outcome: Run) -> set[Place]:
    return {finding.place for finding in observed(outcome.findings)}
