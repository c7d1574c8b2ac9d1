"""What crosses the border of a service: stored objects, answers, and what requests carry."""

from __future__ import annotations

from dataclasses import dataclass

from surefoot.facts.kinds.base import Fact


@dataclass(frozen=True)
class Entity(Fact, key="entity"):
    """Instances of the class are rows or documents: their fields are what a database stores.

    `what` says it in a few words (`SQLAlchemy model`). `keyword` is the keyword of a class
    statement without which a subclass is not stored (`table`). `secret` names fields the
    class has itself that must not leave the service.
    """

    what: str
    keyword: str | None = None
    secret: tuple[str, ...] = ()


@dataclass(frozen=True)
class Finds(Fact, key="finds"):
    """The callable, or the attribute of a class, gives instances of a class named elsewhere.

    `of` says where: `argument` (at `position`: the class, or a statement about it),
    `receiver` (the query it is called on), `class` (the class it belongs to); `nothing` takes
    back what a query would pass on to another of its kind. `gives` is `one`, `many`, or the
    name of a class whose instances stand for several: a query, a result.
    """

    of: str = "receiver"
    gives: str = "one"
    position: int = 0


@dataclass(frozen=True)
class Answers(Fact, key="answers"):
    """The decorator makes of a function an endpoint whose result is turned into the answer.

    `model` names the keywords that declare what the answer holds, all else being left out;
    `annotated` tells whether the return annotation does; `narrowed_by` the keywords that
    leave fields out.
    """

    model: tuple[str, ...] = ()
    annotated: bool = True
    narrowed_by: tuple[str, ...] = ()


@dataclass(frozen=True)
class Responds(Fact, key="responds"):
    """The callable makes the answer to a request of its argument at `position`."""

    position: int = 0
    parameter: str | None = None


@dataclass(frozen=True)
class Dumps(Fact, key="dumps"):
    """The callable gives all fields of an object as a mapping.

    `of` is `argument`, the object at `position`, or `receiver`. `narrowed_by` names the
    keywords (`*`: any), `narrowed_at` the index, by which fields are chosen or left out.
    """

    of: str = "argument"
    position: int = 0
    narrowed_by: tuple[str, ...] = ()
    narrowed_at: int | None = None


@dataclass(frozen=True)
class RequestBody(Fact, key="request-body"):
    """The callable or attribute gives what a client sent, as it was sent.

    `form` is `json`, `fields` (a form or query: texts by name), or `raw` (bytes or text).
    """

    form: str = "json"


@dataclass(frozen=True)
class Receives(Fact, key="receives"):
    """The functions it makes handlers are given an instance of `type`, at `position` after
    `self`."""

    type: str
    position: int = 0


@dataclass(frozen=True)
class Decodes(Fact, key="decodes"):
    """The callable turns text or bytes at `position` into plain data, whatever it holds.

    Where `typed_by` is given, it checks the data against a type.
    """

    position: int = 0
    typed_by: tuple[str, ...] = ()


@dataclass(frozen=True)
class Validates(Fact, key="validates"):
    """Instances of the class check what they are made of; a decorator makes such classes."""

    yes: bool = True


@dataclass(frozen=True)
class Writes(Fact, key="writes"):
    """The callable sets stored fields by its keywords (`QuerySet.update`), or by those of a
    mapping at `position`, or given for one of `parameters`."""

    what: str = "updates rows"
    position: int | None = None
    parameters: tuple[str, ...] = ()


@dataclass(frozen=True)
class ResponseData(Fact, key="response-data"):
    """The callable gives the data another service has answered with, unchecked."""

    yes: bool = True


@dataclass(frozen=True)
class ChangesDisk(Fact, key="changes-disk"):
    """The callable makes, writes or removes files or folders.

    `mode` is the keyword, `mode_position` the index, of the text that tells whether it does;
    it does not when that is left out.
    """

    mode: str | None = None
    mode_position: int | None = None


@dataclass(frozen=True)
class Internal(Fact, key="internal"):
    """Instances of the class belong inside a service: `what` says in a few words what they are."""

    what: str


@dataclass(frozen=True)
class ChangesProcess(Fact, key="changes-process"):
    """The callable changes `what`, which all code of the process shares."""

    what: str
