from __future__ import annotations

import html.parser
import os
import re
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from surefoot.history import course, snapshot
from surefoot.model import Finding, Run, Severity, Step
from surefoot.report.chart import chart
from tests.report.samples import METRICS, finding, project, rich_run, run, text

HOSTILE = (
    "<script>document.title='owned'</script>\"'><img src=x onerror=\"document.title='owned'\">"
)


class Page(html.parser.HTMLParser):
    """The elements of a page, and the text of its findings."""

    def __init__(self, content: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.feed(content)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def count(self, tag: str) -> int:
        return sum(name == tag for name, _ in self.tags)


def hostile() -> Finding:
    return finding(
        path=f"app/{HOSTILE}.py",
        message=f"`{HOSTILE}` {HOSTILE}",
        scope=HOSTILE,
        anchor=HOSTILE,
        chain=(Step(f"{HOSTILE}.py", 3, HOSTILE),),
    )


def two_rules(root: str) -> Run:
    other = finding(
        rule="swallowed-exception",
        code="SF201",
        severity=Severity.WARNING,
        message="`fetch` swallows every exception",
    )
    return run(finding(), other, root=root)


def test_page(tmp_path: Path) -> None:
    """Each finding is on the page with its source, and can be chosen by severity and rule."""
    page = Page(text("html", two_rules(project(tmp_path)), fold=False))
    articles = [attributes for tag, attributes in page.tags if tag == "article"]
    assert [each["data-check"] for each in articles] == ["missing-timeout", "swallowed-exception"]
    assert [each["data-severity"] for each in articles] == ["error", "warning"]
    values = [attributes.get("value") for tag, attributes in page.tags if tag == "option"]
    assert {"critical", "missing-timeout", "swallowed-exception", "(nobody)"} <= set(values)


def test_nothing_is_loaded(tmp_path: Path) -> None:
    """The page needs no network: it names no other place, and may load nothing."""
    content = text("html", rich_run())
    assert not re.search(r"(src|href)\s*=|@import|url\(|https?://", content)
    (policy,) = (
        attributes["content"]
        for tag, attributes in Page(content).tags
        if attributes.get("http-equiv") == "Content-Security-Policy"
    )
    assert policy is not None
    assert policy.startswith("default-src 'none';")
    assert "unsafe" not in policy


def test_hostile_text_is_text(tmp_path: Path) -> None:
    """Nothing in source, messages or names becomes an element or an attribute."""
    plain = Page(text("html", run(finding(chain=(Step("a.py", 3, "x"),), scope="x"))))
    page = Page(text("html", run(hostile())))
    assert page.count("script") == plain.count("script") == 1
    assert page.count("img") == 0
    assert {name for _, attributes in page.tags for name in attributes} == {
        name for _, attributes in plain.tags for name in attributes
    }


def test_trend() -> None:
    """The course of the findings is drawn, with a point for each run."""
    runs = [run(finding(), finding()), run(finding()), run()]
    snapshots = [
        snapshot(replace(each, metrics=replace(METRICS, session_id=str(day))), at=day * 86_400)
        for day, each in enumerate(runs)
    ]
    drawing = "\n".join(chart(course(snapshots)))
    assert drawing.count("<circle") == 3
    assert 'class="line error"' in drawing
    assert 'class="line warning"' not in drawing
    assert "1970-01-03: 0 open, 0 new, 1 fixed" in drawing
    assert "<h2>Trend</h2>" in text("html", run(), course=course(snapshots))
    assert "<h2>Trend</h2>" not in text("html", run())


def browser() -> str:
    """Return the path of Chromium; the test is left out where there is none."""
    names = ("chromium", "chromium-browser", "google-chrome", "chrome")
    wanted = os.environ.get("SUREFOOT_CHROMIUM")
    found = wanted or next(filter(None, map(shutil.which, names)), None)
    if found is None:
        pytest.skip("no Chromium on this machine")
    return found


def rendered(page: Path, state: str, folder: Path) -> str:
    """Return the page as Chromium has it once its script ran."""
    command = [browser(), "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"]
    command += [f"--user-data-dir={folder}", "--virtual-time-budget=2000", "--dump-dom"]
    done = subprocess.run(
        [*command, f"{page.as_uri()}#{state}"], capture_output=True, timeout=120, check=True
    )
    return done.stdout.decode("utf-8")


def visible(content: str) -> list[str]:
    page = Page(content)
    return [
        str(attributes["data-check"])
        for tag, attributes in page.tags
        if tag == "article" and "hidden" not in attributes
    ]


@pytest.mark.parametrize(
    ("state", "checks", "told"),
    [
        ("", ["missing-timeout", "swallowed-exception"], "2 of 2 shown"),
        ("severity=warning", ["swallowed-exception"], "1 of 2 shown"),
        ("check=missing-timeout", ["missing-timeout"], "1 of 2 shown"),
        ("q=SWALLOWS+every", ["swallowed-exception"], "1 of 2 shown"),
        ("severity=warning&check=missing-timeout", [], "0 of 2 shown"),
    ],
)
def test_filters_in_a_browser(tmp_path: Path, state: str, checks: list[str], told: str) -> None:
    """In a browser the page renders, and each filter leaves what it names."""
    page = tmp_path / "report.html"
    page.write_text(text("html", two_rules(project(tmp_path))), encoding="utf-8")
    content = rendered(page, state, tmp_path / "profile")
    assert visible(content) == checks
    assert told in content


def test_hostile_text_in_a_browser(tmp_path: Path) -> None:
    """In a browser hostile source and names change nothing: none of it runs."""
    page = tmp_path / "report.html"
    page.write_text(text("html", run(hostile())), encoding="utf-8")
    content = rendered(page, "", tmp_path / "profile")
    assert "1 of 1 shown" in content
    assert "<title>surefoot: " in content
    assert "<title>owned" not in content
