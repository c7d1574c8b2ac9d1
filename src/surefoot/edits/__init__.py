"""Writing fixes: edits to the text of a file, worked out from nodes of its tree.

Every function takes the file and gives the edits of its part of a fix; a fix is their sum.
Where an edit cannot be made without risk, `Unfixable` is raised, and there is no fix.
"""

from surefoot.edits.arguments import remove_argument, set_keyword
from surefoot.edits.bounds import bounded
from surefoot.edits.definitions import (
    add_decorator,
    annotate_parameter,
    annotate_return,
    remove_decorator,
)
from surefoot.edits.expressions import insert_await, replace
from surefoot.edits.handlers import answer_first, answer_last, catch_only, insert_handler
from surefoot.edits.imports import Written, constant, import_module, import_name
from surefoot.edits.logs import is_standard, record_failure, with_traceback
from surefoot.edits.statements import (
    insert_after,
    insert_before,
    remove_statement,
    replace_statement,
    wrap_statements,
)
from surefoot.edits.text import Overlap, Text, Unfixable, apply

__all__ = [
    "Overlap",
    "Text",
    "Unfixable",
    "Written",
    "add_decorator",
    "annotate_parameter",
    "annotate_return",
    "answer_first",
    "answer_last",
    "apply",
    "bounded",
    "catch_only",
    "constant",
    "import_module",
    "import_name",
    "insert_after",
    "insert_await",
    "insert_before",
    "insert_handler",
    "is_standard",
    "record_failure",
    "remove_argument",
    "remove_decorator",
    "remove_statement",
    "replace",
    "replace_statement",
    "set_keyword",
    "with_traceback",
    "wrap_statements",
]
