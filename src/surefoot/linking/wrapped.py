"""Readings of settings through a function of the project, in whichever module that lies."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from surefoot.linking.project import Project
from surefoot.semantics.call import Given, LinkedCall
from surefoot.semantics.environment import Wrapper
from surefoot.semantics.file import is_test_path


class WrappedReading(NamedTuple):
    """A call that reads variables; `default` as in `surefoot.semantics.environment.Reading`."""

    call: LinkedCall
    variables: tuple[str, ...]
    required: bool
    default: tuple[object] | Given | None


def wrapped_readings(project: Project, wrappers: Iterable[Wrapper]) -> Iterator[WrappedReading]:
    """Yield the calls of wrappers that say which variables they read, outside tests."""
    for wrapper in wrappers:
        for call in project.callers.get(wrapper.function, []):
            variables = wrapper.variables(call.arguments)
            if variables and not is_test_path(call.path):
                default = wrapper.default_in(call.arguments)
                required = wrapper.required and default is Given.ABSENT
                yield WrappedReading(call, variables, required, default)
