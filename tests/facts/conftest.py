"""The packages beside the tests, set up where they can be looked into only then."""

from __future__ import annotations

import importlib.util
import typing
import warnings

import pytest

from tests.facts.installed import FactsFile, Installed
from tests.facts.stated import INSTALLED, facts


@pytest.fixture(scope="session", autouse=True)
def django_is_set_up() -> None:
    """Set Django up with what its models need, where it is installed."""
    if importlib.util.find_spec("django") is None:
        return
    import django
    from django.conf import settings

    if not settings.configured:
        settings.configure(
            INSTALLED_APPS=["django.contrib.contenttypes", "django.contrib.auth"],
            DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}},
        )
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            django.setup()


@pytest.fixture(params=INSTALLED, ids=lambda each: f"{each.path.parent.name}/{each.path.stem}")
def file(request: pytest.FixtureRequest) -> FactsFile:
    """Each shipped file whose library is installed."""
    return typing.cast("FactsFile", request.param)


@pytest.fixture
def installed() -> Installed:
    """The packages beside the tests, looked up as the facts spell names."""
    return Installed(facts())
