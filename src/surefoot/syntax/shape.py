"""Which fields of which LibCST nodes hold code, and functions that list them.

White space, punctuation and the bare names of definitions, attributes and keywords are
left out: nothing can be found there.
"""

from __future__ import annotations

from collections.abc import Callable

import libcst as cst

# field: a node; field?: a node or nothing (None, a sentinel); field*: a sequence of nodes
_FIELDS = """
AnnAssign target annotation value?
Annotation annotation
Arg value
AsName name
Assert test msg?
Assign targets* value
AssignTarget target
Attribute value
AugAssign target value
Await expression
BinaryOperation left right
BooleanOperation left right
Call func args*
ClassDef decorators* type_parameters? bases* keywords* body
CompFor target iter ifs* inner_for_in?
CompIf test
Comparison left comparisons*
ComparisonTarget comparator
ConcatenatedString left right
Decorator decorator
Del target
Dict elements*
DictComp key value for_in
DictElement key value
Element value
Else body
ExceptHandler type? name? body
ExceptStarHandler type? name? body
Expr value
Finally body
For target iter body orelse?
FormattedString parts*
FormattedStringExpression expression format_spec?*
From item
FunctionDef decorators* type_parameters? params returns? body
GeneratorExp elt for_in
If test body orelse?
IfExp body test orelse
IndentedBlock body*
Index value
Lambda params body
List elements*
ListComp elt for_in
Match subject cases*
MatchAs pattern?
MatchCase pattern guard? body
MatchClass cls patterns* kwds*
MatchKeywordElement pattern
MatchList patterns*
MatchMapping elements*
MatchMappingElement key pattern
MatchOr patterns*
MatchOrElement pattern
MatchSequenceElement value
MatchTuple patterns*
MatchValue value
Module body*
NamedExpr target value
Param annotation? default?
Parameters posonly_params* params* star_arg? kwonly_params* star_kwarg?
Raise exc? cause?
Return value?
Set elements*
SetComp elt for_in
SimpleStatementLine body*
SimpleStatementSuite body*
Slice lower? upper? step?
StarredDictComp value for_in
StarredDictElement value
StarredElement value
Subscript value slice*
SubscriptElement slice
TemplatedString parts*
TemplatedStringExpression expression format_spec?*
Try body handlers* orelse? finalbody?
TryStar body handlers* orelse? finalbody?
Tuple elements*
TypeAlias type_parameters? value
TypeParam param default?
TypeParameters params*
TypeVar bound?
UnaryOperation expression
While test body orelse?
With items* body
WithItem item asname?
Yield value?
"""

Children = Callable[[cst.CSTNode], tuple[cst.CSTNode, ...]]


def _compile() -> dict[type[cst.CSTNode], Children]:
    """Make, per node class, a function that returns its code children in source order.

    They are generated because they run for every node of every file.
    """
    functions: dict[type[cst.CSTNode], Children] = {}
    for line in _FIELDS.strip().splitlines():
        name, *items = line.split()
        node = getattr(cst, name, None)
        if node is None:  # younger than the installed LibCST
            continue
        plain, statements = [], []
        for item in items:
            field = item.rstrip("?*")
            if item.endswith("?*"):
                plain.append(f"*(n.{field} or ())")
            elif item.endswith("*"):
                plain.append(f"*n.{field}")
            elif item.endswith("?"):
                statements.append(f"    {field} = n.{field}")
                absent = f"{field} is None or {field}.__class__ is Sentinel"
                plain.append(f"*(() if {absent} else ({field},))")
            else:
                plain.append(f"n.{field}")
        tuple_text = plain[0] if plain == [f"*n.{items[0].rstrip('?*')}"] else None
        body = (
            f"    return n.{items[0].rstrip('*')}"
            if tuple_text and items[0].endswith("*")
            else None
        )
        text = "\n".join(
            ["def children(n):", *statements, body or f"    return ({', '.join(plain)},)"]
        )
        scope: dict[str, object] = {"Sentinel": cst.MaybeSentinel}
        exec(text, scope)
        functions[node] = scope["children"]  # type: ignore[assignment]
    return functions


CHILDREN: dict[type[cst.CSTNode], Children] = _compile()
