"""Examining many files: in this process, in several, and each where it can do no harm."""

from surefoot.pool.files import MANY_FILES, TIME_LIMIT, examine_files
from surefoot.pool.guard import Examine, Prepare
from surefoot.pool.hazards import is_hazardous
from surefoot.pool.stack import with_deep_stack

__all__ = [
    "MANY_FILES",
    "TIME_LIMIT",
    "Examine",
    "Prepare",
    "examine_files",
    "is_hazardous",
    "with_deep_stack",
]
