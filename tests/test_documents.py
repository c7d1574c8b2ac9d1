"""What the documents tell people to type exists."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
import yaml

from surefoot.catalog import all_rules
from surefoot.cli import cli
from tests.cli.commands import on_terminal, posix

SCREEN_WIDTH = 96
ROOT = Path(__file__).parent.parent
DOCUMENTS = [
    ROOT / "README.md",
    ROOT / "CONTRIBUTING.md",
    ROOT / "benchmarks" / "README.md",
    *sorted((ROOT / "docs").glob("*.md")),
]
TARGETS = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))


def commands(document: Path) -> Iterator[list[str]]:
    """Yield the words of every command in the code blocks and code spans of a document."""
    text = document.read_text(encoding="utf-8")
    blocks = re.findall(r"^```(?:console|sh|yaml)\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
    for line in "\n".join(blocks).splitlines():
        command = line.strip()
        for prefix in ("- ", "run: ", "$ ", ".venv/bin/"):
            command = command.removeprefix(prefix)
        if command.startswith(("make ", "surefoot ", "python ")):
            yield shlex.split(command, comments=True)
    outside = re.sub(r"^```.*?^```", "", text, flags=re.MULTILINE | re.DOTALL)
    for span in re.findall(r"`((?:make|surefoot|python) [a-z][^`\n]*)`", outside):
        yield shlex.split(span)


def all_commands() -> list[tuple[str, list[str]]]:
    """Return document and words of every command in the documents."""
    return [(document.name, words) for document in DOCUMENTS for words in commands(document)]


def named(*programs: str) -> list[tuple[str, list[str]]]:
    return [(document, words) for document, words in all_commands() if words[0] in programs]


@pytest.mark.parametrize(("document", "words"), named("make"))
def test_make_targets_exist(document: str, words: list[str]) -> None:
    """Every `make` command of a document names a target of the Makefile."""
    assert words[1] in TARGETS


@pytest.mark.parametrize(("document", "words"), named("surefoot"))
def test_surefoot_commands_exist(document: str, words: list[str]) -> None:
    """Every `surefoot` command of a document names a command and options there are."""
    command: click.Command = cli
    context = click.Context(cli)
    rest = words[1:]
    while rest and isinstance(command, click.Group):
        found = command.get_command(context, rest[0])
        assert found is not None, f"`surefoot {rest[0]}` does not exist"
        command, rest = found, rest[1:]
    known = {option for each in command.params for option in (*each.opts, *each.secondary_opts)}
    known.add("--help")
    given = {word.partition("=")[0] for word in rest if word.startswith("-") and word != "-"}
    assert given <= known


@pytest.mark.parametrize(("document", "words"), named("python"))
def test_scripts_exist(document: str, words: list[str]) -> None:
    """Every script a document tells people to run is there."""
    script = next(word for word in words[1:] if not word.startswith("-"))
    assert (ROOT / script).exists()


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_links_lead_somewhere(document: Path) -> None:
    """Every relative link of a document leads to a file."""
    text = document.read_text(encoding="utf-8")
    targets = re.findall(r"\]\((?!https?://|#)([^)#]+)", text)
    missing = [target for target in targets if not (document.parent / target).exists()]
    assert missing == []


def test_hooks_of_the_readme_exist() -> None:
    """The hooks the README tells people to paste are those of the repository."""
    hooks = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    pasted = set(re.findall(r"- id: ([\w-]+)", text))
    assert pasted
    assert pasted <= {hook["id"] for hook in hooks}


def test_rules_of_the_readme_exist() -> None:
    """Every rule in the README's table of findings exists."""
    names = {rule.name for rule in all_rules()}
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    rows = [line for line in text.splitlines() if line.startswith("| ")]
    told = {name for row in rows for name in re.findall(r"`([a-z]+(?:-[a-z]+)+)`", row)}
    assert told
    assert told <= names


@posix
def test_screen_of_the_readme_is_real() -> None:
    """Every line of output the README shows is printed for the sample service."""
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    (screen,) = re.findall(
        r"^```text\n\$ surefoot (.*?)\n(.*?)^```", text, re.MULTILINE | re.DOTALL
    )
    arguments = [*screen[0].split(), "--no-cache", "--color", "never"]
    _, printed = on_terminal(ROOT, *arguments, width=SCREEN_WIDTH)
    shown = [line for line in screen[1].splitlines() if line != "..."]
    assert [line for line in shown if line not in printed] == []
