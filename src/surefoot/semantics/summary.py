"""What a module offers and does, as plain data that can be cached and linked.

A *symbol* is an expression freed of its syntax tree, a nested tuple:

    ("n", name)            what a qualified name refers to
    ("a", base, attr)      an attribute
    ("c", callee, args)    the result of a call; args are pairs of keyword and symbol,
                           the keyword "" for a positional, "*" and "**" for unpacked ones,
                           "mount()" for what was mounted on the result later
    ("w", value)           the result of awaiting
    ("e", value)           what `with value as target` binds
    ("x", value, key)      an element; key is a constant, None for what iterating gives,
                           () for an index that is not known, SLICE for a slice
    ("I", type)            an instance of a class
    ("k", constant)        None, bool, int, float, str or bytes
    ("d", items, complete) a dictionary: pairs of constant key and symbol
    ("t", items)           a tuple, list or set with these items
    ("l", item)            something iterated that gives such items
    ("u", items, strict)   one of several; strict: unknown if any of them is
    ("A", type, value)     a value that is annotated
    ("N", value, type)     a value that has passed a test of its type
    ("V", item)            a dictionary with such values
    ("s", class)           super() in a method of the class; a third item tells the class that
                           inherits from it and that the method is called on
    ("C", class)           the class, or one that inherits from it: `cls`, `Self`, the type of
                           `self`; see `receivers`
    ("g", base, attr)      the method that reading an attribute runs, if it is a property
    ("p", function, name)  a parameter that nothing is known of

None stands for what cannot be known.
"""

from __future__ import annotations

import enum
from collections.abc import Mapping
from typing import Any, NamedTuple

Symbol = tuple[Any, ...] | None
MAKER = "->"
"""The keyword under which the arguments of an instance tell the factory that made it."""
VALUES = "values()"
"""The keyword under which the arguments of a dictionary tell what its values are."""
ABOUT = "about()"
"""The keyword under which the arguments of a query tell whose instances it finds."""
ANNOTATED = "typing.Annotated"
"""The name of what makes a type with metadata; its arguments: the type, what provides it."""
SLICE = (":",)
"""The key of an element that is a slice."""
HOLDERS = frozenset({"threading.local", "types.SimpleNamespace"})
"""Classes whose objects hold whatever attributes are set on them."""
ATTRIBUTE = "="
"""What the keyword ends with under which the arguments of an instance tell of an attribute that
is set on it later."""
MOUNTED = "mount()"
"""The keyword under which the arguments of an instance tell what was mounted on it."""


class At(enum.IntFlag):
    """The circumstances of a call.

    PENDING: what it calls was not known in its own file. CAUGHT: failures other than those
    of data are caught around it, and not raised again. ENDLESS: in a loop that goes on until
    it is told to stop. PROMPT: its object was told not to wait, or what is raised in place of
    waiting is caught.
    """

    NOWHERE = 0
    AWAITED = 1
    STATEMENT = 2
    WITH_ITEM = 4
    RETURNED = 8
    DECORATOR = 16
    LOOP = 32
    DEADLINE = 64
    ASYNC = 128
    TEARDOWN = 256
    HANDLER = 512
    LAMBDA = 1024
    MAIN_GUARD = 2048
    ARGUMENT = 4096
    GUARDED = 8192
    PENDING = 16384
    CAUGHT = 32768
    ENDLESS = 65536
    PROMPT = 131072


class Parameter(NamedTuple):
    """A parameter of a function; `kind` is positional, keyword, star or double-star."""

    name: str
    kind: str
    annotation: Symbol = None
    default: Symbol = None
    has_default: bool = False


class Overload(NamedTuple):
    """One signature of a function that has several: `@overload`."""

    parameters: tuple[Parameter, ...]
    returns: Symbol


class FunctionSummary(NamedTuple):
    """A function or method; `owner` is the qualname of its class, if any."""

    qualname: str
    place: int
    owner: str = ""
    is_async: bool = False
    is_generator: bool = False
    decorators: tuple[Symbol, ...] = ()
    parameters: tuple[Parameter, ...] = ()
    returns: Symbol = None
    yields: Symbol = None
    overloads: tuple[Overload, ...] = ()


class ClassSummary(NamedTuple):
    """A class: its bases, its attributes and methods by name, and the keywords after its bases."""

    qualname: str
    place: int
    bases: tuple[Symbol, ...] = ()
    decorators: tuple[Symbol, ...] = ()
    members: Mapping[str, Symbol] = {}
    keywords: tuple[tuple[str, Symbol], ...] = ()


class CallSummary(NamedTuple):
    """A call the project may have to look at: where, of what, in which function, how.

    `function` is the qualname of the function it runs in, empty at module level. `guards` are
    the places of what catches exceptions around it, innermost first.
    """

    place: int
    symbol: Symbol
    function: str
    at: int
    guards: tuple[int, ...] = ()


class Guard(NamedTuple):
    """A handler: what it catches, and whether that ends there and is not raised again."""

    symbol: Symbol
    ends: bool


class RaiseSummary(NamedTuple):
    """A `raise`: where, of what, in which function, within which guards as in `CallSummary`."""

    place: int
    symbol: Symbol
    function: str
    guards: tuple[int, ...] = ()


class Onward(NamedTuple):
    """Where a value goes on to: the call at a place, as the argument at a position or of a
    keyword."""

    place: int
    position: int | None
    keyword: str | None


class ModuleSummary(NamedTuple):
    """A module: its names, functions, classes and calls.

    `names` are the names bound at module level other than by `def` and `class`. `lent` tells,
    by the qualname of a function and the name of a parameter, what the function merely uses
    and neither closes nor keeps, provided that the calls it hands it on to do no more;
    `lent_paths` tells the same of paths.
    `guards` are the handlers by the places that calls and raises give. `workers` are the
    qualnames of functions that loop over work as it comes.
    """

    module: str
    path: str
    is_package: bool = False
    names: Mapping[str, Symbol] = {}
    functions: Mapping[str, FunctionSummary] = {}
    classes: Mapping[str, ClassSummary] = {}
    calls: tuple[CallSummary, ...] = ()
    star_imports: tuple[str, ...] = ()
    imports: tuple[str, ...] = ()
    lent: Mapping[str, Mapping[str, tuple[Onward, ...]]] = {}
    lent_paths: Mapping[str, Mapping[str, tuple[Onward, ...]]] = {}
    raises: tuple[RaiseSummary, ...] = ()
    guards: Mapping[int, tuple[Guard, ...]] = {}
    workers: tuple[str, ...] = ()
