"""Writing fixes: edits to the text of a file, worked out from nodes of its tree.

Every function takes the file and gives the edits of its part of a fix; a fix is their sum.
Where an edit cannot be made without risk, `Unfixable` is raised, and there is no fix.
"""

from surefoot.edits.arguments import remove_argument, set_keyword
from surefoot.edits.bounds import bounded, bounded_child
from surefoot.edits.definitions import (
    add_decorator,
    annotate_parameter,
    annotate_return,
    remove_decorator,
)
from surefoot.edits.entering import closing, entered_until_unneeded, source
from surefoot.edits.expressions import (
    insert_await,
    insert_behind,
    rename_attribute,
    replace,
    rewrite,
    surround,
)
from surefoot.edits.handlers import (
    answer_first,
    answer_last,
    catch_only,
    insert_handler,
    raise_from,
)
from surefoot.edits.imports import Written, constant, import_module, import_name, import_qualified
from surefoot.edits.logs import is_standard, record_failure, with_traceback
from surefoot.edits.names import define_at_top, free_name, name_result
from surefoot.edits.statements import (
    indent_statements,
    insert_after,
    insert_before,
    remove_statement,
    replace_statement,
    wrap_statements,
)
from surefoot.edits.text import Overlap, Text, Unfixable, apply
from surefoot.edits.waiting import await_started, await_twin, hand_to_thread

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
    "await_started",
    "await_twin",
    "bounded",
    "bounded_child",
    "catch_only",
    "closing",
    "constant",
    "define_at_top",
    "entered_until_unneeded",
    "free_name",
    "hand_to_thread",
    "import_module",
    "import_name",
    "import_qualified",
    "indent_statements",
    "insert_after",
    "insert_await",
    "insert_before",
    "insert_behind",
    "insert_handler",
    "is_standard",
    "name_result",
    "raise_from",
    "record_failure",
    "remove_argument",
    "remove_decorator",
    "remove_statement",
    "rename_attribute",
    "replace",
    "replace_statement",
    "rewrite",
    "set_keyword",
    "source",
    "surround",
    "with_traceback",
    "wrap_statements",
]
