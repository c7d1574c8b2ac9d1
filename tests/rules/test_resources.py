"""Ownership of files, connections and temporary paths, in the cases that are easy to get wrong."""

from __future__ import annotations

import textwrap

import pytest

from surefoot.facts.kinds import Resource
from surefoot.model import Severity
from surefoot.rules.resources.leaked_temp_path import LeakedTempPath
from surefoot.rules.resources.unbounded_cache import UnboundedCache
from surefoot.rules.resources.unclosed_resource import UnclosedResource
from surefoot.rules.resources.unreleased_attribute import UnreleasedAttribute
from surefoot.semantics.vocabulary import RELEASERS
from tests.checking import check, shipped_facts

KEPT_SAFE = {
    "who waits for a process has reaped it": (
        "import subprocess\n"
        "\n"
        "def build(command):\n"
        "    process = subprocess.Popen(command)\n"
        "    return process.wait(timeout=60)\n"
    ),
    "Reader may close what it is given": (
        "from wrappers import Reader\n\ndef load(path):\n    return Reader(open(path)).rows()\n"
    ),
    "the object owns the session": (
        "import requests\n"
        "\n"
        "class Client:\n"
        "    def __enter__(self):\n"
        "        self.session = requests.Session()\n"
        "        return self\n"
        "\n"
        "    def __exit__(self, *error):\n"
        "        self.session.close()\n"
    ),
    "the process that is returned has ended": (
        "import subprocess\n"
        "\n"
        "def stop():\n"
        '    process = subprocess.Popen(["agent", "stop"])\n'
        "    process.communicate()\n"
        "    return process\n"
        "\n"
        "def uninstall():\n"
        "    process = stop()\n"
        "    return process.returncode\n"
    ),
    "os.close closes the descriptor": (
        "import os\n"
        "\n"
        "def stamp(path):\n"
        "    descriptor = os.open(path, os.O_RDWR)\n"
        "    try:\n"
        '        os.write(descriptor, b"1")\n'
        "    finally:\n"
        "        os.close(descriptor)\n"
    ),
    "it is entered later": (
        "def load(path):\n    source = open(path)\n    with source:\n        return source.read()\n"
    ),
    "stored in a dictionary": "def f(p, cache):\n    cache[p] = open(p)\n",
    "appended to a list": "def f(p, files):\n    x = open(p)\n    files.append(x)\n",
    "stored on another object": "def f(p, job):\n    job.log = open(p)\n",
    "declared global": "log = None\n\ndef f(p):\n    global log\n    log = open(p)\n",
    "closed under another name": "def f(p):\n    x = open(p)\n    y = x\n    y.close()\n",
    "closed in a nested function": (
        "def f(p):\n    x = open(p)\n\n    def end():\n        x.close()\n\n    end()\n"
    ),
    "its method handed over": "def f(p, hooks):\n    x = open(p)\n    hooks.run(x.close)\n",
    "handed to a lambda": "def f(p, hooks):\n    x = open(p)\n    hooks(lambda: x.read())\n",
    "one of a tuple, both closed": (
        "def f(p, q):\n    a, b = open(p), open(q)\n    a.close()\n    b.close()\n"
    ),
    "returned with something else": "def f(p):\n    return open(p), p\n",
    "returned under a condition": "def f(p, q):\n    x = open(p)\n    return x if q else None\n",
    "yielded": "def f(ps):\n    for p in ps:\n        yield open(p)\n",
    "made by a lambda": "f = lambda p: open(p)\n",
    "passed by a function of this file that keeps it": (
        "def f(p, box):\n    put(box, open(p))\n\ndef put(box, x):\n    box.file = x\n"
    ),
    "passed to a function of this file that closes it": (
        "def f(p):\n    done(open(p))\n\ndef done(x):\n    x.close()\n"
    ),
    "the standard output from now on": "import sys\n\ndef f(p):\n    sys.stdout = open(p, 'w')\n",
    "a document read by a view that is returned": (
        "import csv\n\ndef f(p):\n    return csv.reader(open(p))\n"
    ),
    "a walrus in a with statement": (
        "def f(p):\n    with (x := open(p)):\n        return x.read()\n"
    ),
    "entered with others": (
        "def f(p):\n    x = open(p)\n    with open(p) as y, x:\n        return y.read()\n"
    ),
    "an exit stack emptied so that its contents live on": (
        "from contextlib import ExitStack\n\ndef f(make):\n    with ExitStack() as stack:\n"
        "        made = stack.enter_context(make())\n        stack.pop_all()\n    return made\n"
    ),
    "deleted": "def f(p):\n    x = open(p)\n    del x\n",
    "a default of a parameter": "def f(x=open('p')):\n    return x.read()\n",
}

LEAKED = {
    "iterated": "def f(p):\n    for line in open(p):\n        print(line)\n",
    "read as rows": "import csv\n\ndef f(p):\n    return [row for row in csv.reader(open(p))]\n",
    "made into a list": "def f(p):\n    return list(open(p))\n",
    "one of a tuple": (
        "def f(p, q):\n    a, b = open(p), open(q)\n    a.close()\n    return b.read()\n"
    ),
    "in a list given to a function that only reads": (
        "import subprocess\n\ndef f(p):\n    subprocess.run(['x'], stdin=open(p), timeout=5)\n"
    ),
    "opened if it is not given": ("def f(p, x=None):\n    x = x or open(p)\n    return x.read()\n"),
    "written through an alias": "def f(p):\n    x = open(p, 'w')\n    y = x\n    y.write('1')\n",
    "one of two kinds": (
        "import bz2\n\ndef f(p, q):\n    x = bz2.open(p) if q else open(p)\n    return x.read()\n"
    ),
    "one of two, made in branches": (
        "import bz2\n\ndef f(p, q):\n    if q:\n        x = bz2.open(p)\n    else:\n"
        "        x = open(p)\n    return x.read()\n"
    ),
    "only compared": "def f(p):\n    x = open(p)\n    return x is not None\n",
    "read twice removed": (
        "def f(p):\n    return first(open(p))\n\n"
        "def first(x):\n    return second(x)\n\ndef second(x):\n    return x.readline()\n"
    ),
}


@pytest.mark.parametrize("code", KEPT_SAFE.values(), ids=KEPT_SAFE.keys())
def test_somebody_answers_for_it(code: str) -> None:
    """A file that is closed, kept or handed over is not reported."""
    assert check({"service.py": code}, [UnclosedResource]) == []


@pytest.mark.parametrize("code", LEAKED.values(), ids=LEAKED.keys())
def test_nobody_answers_for_it(code: str) -> None:
    """A file that is only used is reported once."""
    assert len(check({"service.py": code}, [UnclosedResource])) == 1


def test_severity_follows_the_frequency() -> None:
    """What leaks in a loop is an error, elsewhere a warning; a pooled client weighs less."""
    code = """
        import requests

        def once(path):
            return open(path).read()

        def often(paths):
            for path in paths:
                print(open(path).read())

        def ask(url):
            session = requests.Session()
            return session.get(url, timeout=1).text
    """
    found = check({"service.py": textwrap.dedent(code)}, [UnclosedResource])
    assert [item.severity for item in found] == [Severity.WARNING, Severity.ERROR, Severity.INFO]


def test_the_maker_is_shown() -> None:
    """A finding at a caller leads to the function, in another module, that opens the file."""
    files = {
        "app/files.py": "def opened(path):\n    source = open(path)\n    return source\n",
        "app/load.py": (
            "from app.files import opened\n\ndef load(path):\n    return opened(path).read()\n"
        ),
    }
    (found,) = check(files, [UnclosedResource])
    assert (found.path, found.span.line) == ("app/load.py", 4)
    assert [(step.path, step.line) for step in found.chain] == [("app/files.py", 2)]


@pytest.mark.parametrize(
    "maker",
    [
        "import functools\n\n@functools.cache\ndef opened(path):\n    return open(path)\n",
        "FILES = {}\n\ndef opened(path):\n    FILES[path] = x = open(path)\n    return x\n",
        "def opened(p, known=None):\n    if known:\n        return known\n    return open(p)\n",
        "def opened(path):\n    x = open(path)\n    x.close()\n    return x\n",
    ],
    ids=["cached", "kept", "not always new", "closed"],
)
def test_what_is_not_the_callers(maker: str) -> None:
    """Callers do not own what a function returns but may have kept or closed."""
    files = {
        "files.py": maker,
        "load.py": "from files import opened\n\ndef load(path):\n    return opened(path).read()\n",
    }
    assert check(files, [UnclosedResource]) == []


def test_subclass_elsewhere_releases() -> None:
    """A subclass in another module that closes the attribute answers for its base class."""
    files = {
        "base.py": "class Base:\n    def __init__(self, p):\n        self.file = open(p)\n",
        "log.py": (
            "from base import Base\n\nclass Log(Base):\n"
            "    def close(self):\n        self.file.close()\n"
        ),
    }
    assert check(files, [UnreleasedAttribute]) == []


def test_unrelated_class_does_not_release() -> None:
    """A class that closes an attribute of the same name answers only for its own."""
    files = {
        "base.py": "class Base:\n    def __init__(self, p):\n        self.file = open(p)\n",
        "log.py": "class Log:\n    def close(self):\n        self.file.close()\n",
    }
    (found,) = check(files, [UnreleasedAttribute])
    assert found.path == "base.py"
    assert "`Base` opens `self.file`" in found.message


@pytest.mark.parametrize(
    "use",
    [
        "shutil.rmtree(folder)",
        "shutil.rmtree(str(Path(folder)))",
        "weakref.finalize(owner, shutil.rmtree, folder)",
        "owner.folder = folder",
        "owner.folders.append(folder)",
        "os.environ['TMPDIR'] = folder",
        "subprocess.run(['rm', '-rf', folder], timeout=5)",
        "subprocess.run(f'rm -rf {folder}', shell=True, timeout=5)",
        "os.rename(folder, 'target')",
        "Path(folder).rename('target')",
        "return os.path.join(folder, 'x')",
        "return {'folder': folder}",
        "run(lambda: folder)",
        "stack.callback(shutil.rmtree, folder)",
    ],
)
def test_path_has_an_owner(use: str) -> None:
    """A temporary path that is removed, moved, stored or returned is not reported."""
    head = "import os, shutil, subprocess, tempfile, weakref\nfrom pathlib import Path\n\n"
    code = f"{head}def f(owner, stack, run):\n    folder = tempfile.mkdtemp()\n    {use}\n"
    assert check({"service.py": code}, [LeakedTempPath]) == []


@pytest.mark.parametrize(
    "use",
    [
        "os.makedirs(os.path.join(folder, 'x'))",
        "shutil.copy('source', folder)",
        "subprocess.run(['ls', folder], timeout=5)",
        "open(os.path.join(folder, 'x'), 'w').close()",
        "(Path(folder) / 'x').write_text('1')",
        "logging.info('in %s', folder)",
        "return len(os.listdir(folder))",
    ],
)
def test_path_is_left(use: str) -> None:
    """A temporary path that is only used is reported."""
    head = "import logging, os, shutil, subprocess, tempfile\nfrom pathlib import Path\n\n"
    code = f"{head}def f():\n    folder = tempfile.mkdtemp()\n    {use}\n"
    assert len(check({"service.py": code}, [LeakedTempPath])) == 1


def test_every_way_to_close_is_known() -> None:
    """The methods that facts name for closing count as releasing an attribute."""
    facts = shipped_facts()
    named = {method for name in facts.names(Resource) for method in facts.get(Resource, name).close}
    assert named <= RELEASERS


def test_one_finding_per_attribute() -> None:
    """An attribute that is opened in two branches is reported once."""
    code = """
        class Log:
            def __init__(self, path):
                if path.endswith(".txt"):
                    self.file = open(path)
                else:
                    self.file = open(path, "rb")
    """
    assert len(check({"log.py": textwrap.dedent(code)}, [UnreleasedAttribute])) == 1


def test_a_set_of_a_module_grows_for_ever() -> None:
    """A set of everything a handler ever saw is a cache too, and one that is emptied is not."""
    code = """
    from fastapi import FastAPI

    app = FastAPI()
    SEEN = set()

    @app.post("/events/{event}")
    def receive(event: str):
        if event in SEEN:
            return "known"
        SEEN.add(event)
        return handle(event)
    """
    emptied = (
        code
        + """
    @app.delete("/events")
    def forget():
        SEEN.clear()
    """
    )
    found = check({"service.py": textwrap.dedent(code)}, [UnboundedCache])
    assert [item.span.line for item in found] == [11]
    assert check({"service.py": textwrap.dedent(emptied)}, [UnboundedCache]) == []
