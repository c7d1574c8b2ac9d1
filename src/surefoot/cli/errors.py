"""Which errors are the user's to mend, and so are told in one line."""

from __future__ import annotations

import sys

_EXPECTED = (
    ("surefoot.backfill", "BackfillError"),
    ("surefoot.baseline", "BaselineError"),
    ("surefoot.changed", "ChangeError"),
    ("surefoot.checklists", "ChecklistError"),
    ("surefoot.config.settings", "ConfigError"),
    ("surefoot.discover", "MissingPath"),
    ("surefoot.facts.load", "FactError"),
    ("surefoot.history.store", "StoreError"),
    ("surefoot.catalog.entries", "UnknownRule"),
)


def is_expected(error: Exception) -> bool:
    """Return whether `error` tells of a mistake in the configuration or the call.

    A module that was never imported cannot have raised, so none is imported for this.
    """
    for module, name in _EXPECTED:
        kind = getattr(sys.modules.get(module), name, None)
        if kind is not None and isinstance(error, kind):
            return True
    return False
