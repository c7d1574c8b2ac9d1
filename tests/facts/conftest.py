"""Some packages can be looked into only when they have been set up."""

from __future__ import annotations

import importlib.util
import warnings

import pytest


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
