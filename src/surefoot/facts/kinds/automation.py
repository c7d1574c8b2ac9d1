"""What changes the world outside, which programs are run, and whose answer is the whole point."""

from __future__ import annotations

from dataclasses import dataclass

from surefoot.facts.kinds.base import Fact


@dataclass(frozen=True)
class Mutates(Fact, key="mutates"):
    """Each call changes something outside of the process, and the change stays.

    `what` says it in a verb phrase, `where` in a word whose it is: service, database,
    files, or tree for a whole tree of files.
    `destroys`: what was there is gone afterwards. Under a pattern `names` lists the methods
    that change something, `destroying` those that destroy and `harmless` those that do
    neither; `*` in a name stands for anything. `simulated_by` names keywords by which a call
    only tells what it would do. `path` is the index of the path that is changed, -1 the
    receiver. Calls that need not change anything: `mode` is the index of the mode of a file
    (`mode`), `method` that of an HTTP method (`method`), `statement` that of an SQL text.
    `later`: the call returns before the change is complete; not so the methods `at_once`.
    Of the methods that create, `another` make another one each time, and those under `same`
    give what is there already under the name; the others fail then.
    """

    what: str
    where: str = "service"
    destroys: bool = False
    names: tuple[str, ...] = ()
    destroying: tuple[str, ...] = ()
    harmless: tuple[str, ...] = ()
    simulated_by: tuple[str, ...] = ()
    path: int | None = None
    mode: int | None = None
    method: int | None = None
    statement: int | None = None
    later: bool = False
    at_once: tuple[str, ...] = ()
    another: tuple[str, ...] = ()
    same: tuple[str, ...] = ()


@dataclass(frozen=True)
class EndsProgram(Fact, key="ends-program"):
    """The callable, or an exception it makes, ends the program, with success unless it is given
    another exit status: by the keyword `parameter` or at `position`."""

    parameter: str | None = None
    position: int = 0


@dataclass(frozen=True)
class EndsCommand(Fact, key="ends-command"):
    """The method waits for the end of a program that was started.

    `read_at` names the members of the receiver that tell its exit status.
    """

    read_at: tuple[str, ...]


@dataclass(frozen=True)
class RunsCommand(Fact, key="runs-command"):
    """The callable runs another program.

    `parameter` is the keyword, at `position`, of the words or the text of the command.
    `status` says where its exit status is: `result` itself, an attribute of it, `item 0` of
    a tuple, `raised` where a failure raises, `later` where the end is waited for elsewhere,
    `nowhere`. `checked_by` is the keyword under which a failure raises, unless it is false, and
    `unchecked_by` one under which it does not; `raised_by` takes the same arguments and raises.
    `output` lists where the output is: `result` itself, attributes of it, `item 1`.
    """

    parameter: str | None = None
    position: int = 0
    status: str = "returncode"
    checked_by: str | None = None
    unchecked_by: str | None = None
    raised_by: str | None = None
    output: tuple[str, ...] = ()


@dataclass(frozen=True)
class MachineOutput(Fact, key="machine-output"):
    """The program of this name has output meant for programs, besides that meant for people.

    `options` ask for it; `commands` are sub-commands whose output is stable without any.
    """

    options: tuple[str, ...]
    commands: tuple[str, ...] = ()


@dataclass(frozen=True)
class Destroys(Fact, key="destroys"):
    """Running the program destroys what was there.

    Only with one of the `words`, where there are any (`*` stands for anything in them), and
    never with one of `simulated_by`.
    """

    words: tuple[str, ...] = ()
    simulated_by: tuple[str, ...] = ()


@dataclass(frozen=True)
class MayFail(Fact, key="may-fail"):
    """The program of this name is run for an effect nobody depends on, or fails in the
    ordinary course of things: its exit status says little.

    `options`: only when one of these is among its words.
    """

    yes: bool = True
    options: tuple[str, ...] = ()


@dataclass(frozen=True)
class Verdict(Fact, key="verdict"):
    """The callable tells whether something is in order and does nothing else about it.

    `raises_if` is the keyword under which it raises instead. `read_at` names attributes of
    the receiver that hold the answer too.
    """

    yes: bool = True
    raises_if: str | None = None
    read_at: tuple[str, ...] = ()


@dataclass(frozen=True)
class Owned(Fact, key="owned"):
    """The callable creates something that outlives the process and can be marked with its owner.

    `marks` names the keywords for that. `names` lists, under a pattern, the methods.
    `body` is the keyword, at `position`, of a dictionary that holds the marks instead.
    """

    marks: tuple[str, ...]
    names: tuple[str, ...] = ()
    body: str | None = None
    position: int | None = None


@dataclass(frozen=True)
class OneByOne(Fact, key="one-by-one"):
    """Each call sends one item, and the method `many` of the same object takes many at once.

    `given` lists keywords one of which is in each such call: they tell the method from others
    of the same name.
    """

    many: str
    given: tuple[str, ...] = ()


@dataclass(frozen=True)
class ResponseText(Fact, key="response-text"):
    """Instances of the class are answers over HTTP; the attributes hold their body."""

    attributes: tuple[str, ...]


@dataclass(frozen=True)
class Detached(Fact, key="detached"):
    """The callable has something run beside the caller, who hears of it only by the result.

    What is run is the argument at `position` or `parameter`: a function, or a `coroutine`, which
    the caller could await as well.
    `begins` is the method of the result that has it run, where the call alone does not.
    """

    position: int = 0
    parameter: str | None = None
    coroutine: bool = False
    begins: str | None = None
