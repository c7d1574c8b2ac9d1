"""The catalogue: which rules there are, what is known of them, and which of them are to run.

A rule is one file `rules/<family>/<name>.py`; nothing lists them.
"""

from surefoot.catalog.entries import Catalog, RuleInfo, UnknownRule, first_sentence
from surefoot.catalog.read import CatalogError, all_rules, load_catalog

__all__ = [
    "Catalog",
    "CatalogError",
    "RuleInfo",
    "UnknownRule",
    "all_rules",
    "first_sentence",
    "load_catalog",
]
