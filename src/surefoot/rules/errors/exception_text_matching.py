"""`exception-text-matching`: what failed is told by the words of a message."""

from __future__ import annotations

import builtins
import re

import libcst as cst

from surefoot.facts.kinds import FailureCode, MayLack, RetryPart
from surefoot.model import Severity
from surefoot.rule import Bad, Good, Rule
from surefoot.semantics.besteffort import only_records
from surefoot.semantics.call import Call
from surefoot.semantics.file import File
from surefoot.semantics.handlers import Caught, body_of, caught, caught_by, inside
from surefoot.semantics.wording import Wording, wordings


class ExceptionTextMatching(Rule):
    """The program decides by the words of an exception's message.

    The words are meant for people: they change with the release of a library, of a server, with
    the language of its machine. On that day the branch is not taken any more, and nothing fails
    in a test before. Ask for the class, for an error number, for a status or a code.
    """

    code = "SF208"
    severity = Severity.WARNING
    facts = (RetryPart,)
    needs_tree = True
    examples = (
        Bad(
            """
            def claim(api, order):
                try:
                    return api.create(order)
                except RuntimeError as error:
                    if "already exists" in str(error):
                        return None
                    raise
            """
        ),
        Bad(
            """
            from sqlalchemy.exc import IntegrityError

            def save(session, order):
                try:
                    session.commit()
                except IntegrityError as error:
                    message = str(error.args[0]).lower()
                    if message.startswith("unique constraint"):
                        return False
                    raise
            """
        ),
        Bad(
            """
            import re

            def fetch(client):
                try:
                    return client.fetch()
                except Exception as error:
                    if re.search("timed? ?out", f"{error}"):
                        return None
                    raise
            """
        ),
        Bad(
            """
            BUSY = ("too many requests", "slow down")

            def fetch(client):
                try:
                    return client.fetch()
                except Exception as error:
                    if any(words in str(error) for words in BUSY):
                        return None
                    raise
            """
        ),
        Bad(
            """
            from tenacity import retry, retry_if_exception, stop_after_attempt

            def transient(error):
                return "rate limit" in str(error).lower()

            @retry(retry=retry_if_exception(transient), stop=stop_after_attempt(3))
            def call(client):
                client.call()
            """
        ),
        Bad(
            """
            def is_gone(error: OSError) -> bool:
                return "No such file" in str(error)
            """
        ),
        Bad(
            """
            from drivers import StoreError

            def delete(store, key):
                try:
                    store.delete(key)
                except StoreError as error:
                    if error.code == 22 and "already deleted" in str(error):
                        return
                    raise
            """
        ),
        Bad(
            """
            from sqlalchemy.exc import IntegrityError

            def claim(session, order):
                try:
                    session.flush()
                except IntegrityError as error:
                    if "duplicate key" in str(error.orig):
                        return False
                    raise
            """
        ),
        Good(
            """
            from botocore.exceptions import ClientError

            def create(s3):
                try:
                    return s3.create_bucket(Bucket="orders")
                except ClientError as error:
                    if error.response["Error"]["Code"] == "BucketAlreadyOwnedByYou":
                        return None
                    raise
            """,
            because="the code is meant for programs",
        ),
        Good(
            """
            import pymysql

            def save(cursor, order):
                try:
                    cursor.execute(order)
                except pymysql.IntegrityError as error:
                    if error.args[0] == 1062:
                        return False
                    raise
            """,
            because="the first argument is a number",
        ),
        Good(
            """
            def load(client, log, key):
                try:
                    return client.load()
                except Exception as error:
                    if key in str(error) or str(error) == "":
                        log(error)
                    raise LoadError(str(error)) from error
            """,
            because="it does not look for words of the message",
        ),
        Good(
            """
            from jsonschema import ValidationError

            def complain(validate, plan):
                try:
                    validate(plan)
                except ValidationError as error:
                    message = error.message
                    if not message.endswith("."):
                        message += "."
                    return message
            """,
            because="a full stop is no word: it only puts the message in shape",
        ),
        Good(
            """
            import re

            def details(render):
                try:
                    render()
                except LookupError as error:
                    if match := re.search(r"'([a-z]\\w+)'", str(error)):
                        return match[1]
                    raise
            """,
            because="it picks a part out, and does not ask for any word",
        ),
        Good(
            """
            def kind(message: str) -> bool:
                return "rate limit" in str(message)
            """,
            because="a text is no exception",
        ),
    )

    def visit_ExceptHandler(self, node: cst.ExceptHandler) -> None:
        if node.name is None or not isinstance(node.name.name, cst.Name) or self.file.is_test:
            return
        name = node.name.name.value
        for found in wordings(self.file, (name,), body_of(node.body)):
            self._report(found, caught_by(self.file, node), name, node.body)
            return

    def visit_FunctionDef(self, node: cst.FunctionDef) -> None:
        """Look into a function of an exception: one that is annotated so."""
        if self.file.is_test:
            return
        for parameter in node.params.params:
            if parameter.annotation is not None and _may_be_exception(parameter.annotation):
                known = _exceptions(self.file, parameter.annotation.annotation)
                if known is not None:
                    self._judge(node, parameter.name.value, known)
                    return

    def check_call(self, call: Call, fact: RetryPart) -> None:
        """Look into a function that decides whether to try again."""
        if fact.role != "condition" or fact.result or call.node is None or self.file.is_test:
            return
        for argument in call.node.args:
            name = self.file.name(argument.value)
            summary = call.world.function(name) if name is not None else None
            if summary is not None:
                node = self.file.tree.nodes[summary.place]
                if isinstance(node, cst.FunctionDef) and node.params.params:
                    parameter = node.params.params[-1]
                    if parameter.annotation is None:
                        self._judge(node, parameter.name.value, Caught(frozenset()))

    def _judge(self, node: cst.FunctionDef, name: str, known: Caught) -> None:
        for found in wordings(self.file, (name,), body_of(node.body)):
            if not self._is_in_handler(found.node):
                self._report(found, known, name, node.body)
                return

    def _is_in_handler(self, node: cst.CSTNode) -> bool:
        return any(isinstance(item, cst.ExceptHandler) for item in self.file.ancestors(node))

    def _report(self, found: Wording, known: Caught, name: str, body: cst.CSTNode) -> None:
        shown = " ".join(self.file.code(found.node).split())
        if len(shown) > 60:
            shown = f"{shown[:57]}..."
        code = self._code(known)
        if self._asks_beside(found.node, name) or (
            code is not None and self._asks_for(code[1], name, body)
        ):
            self.report(found.node, _message(shown), severity=Severity.INFO)
            return
        message = _message(shown)
        if code is not None:
            cls, attribute = code
            message += f", though `{cls}` tells them apart by `.{attribute}`"
        self.report(found.node, message, severity=self._severity(found, known, code is not None))

    def _asks_for(self, attribute: str, name: str, body: cst.CSTNode) -> bool:
        """Whether the code asks for the number or code as well: it may not be enough."""
        first = re.split(r"[.\[(]", attribute)[0]
        return any(
            isinstance(item, cst.Attribute)
            and item.attr.value == first
            and isinstance(item.value, cst.Name)
            and item.value.value == name
            and not isinstance(self.file.parent(item), cst.Arg)
            for item in inside([body])
        )

    def _asks_beside(self, node: cst.CSTNode, name: str) -> bool:
        """Whether the condition the words are part of asks for a number or code too."""
        whole = node
        for parent in self.file.ancestors(node):
            if not isinstance(parent, (cst.BooleanOperation, cst.UnaryOperation)):
                break
            whole = parent
        if whole is node:
            return False
        for item in inside([whole]):
            match item:
                case cst.Attribute(value=value, attr=cst.Name(value=attribute)):
                    subject: cst.CSTNode = value
                case cst.Call(
                    func=cst.Name(value="getattr"),
                    args=[first, cst.Arg(value=cst.SimpleString() as asked), *_],
                ):
                    subject, attribute = first.value, str(asked.evaluated_value)
                case _:
                    continue
            if _TELLS_CODE.fullmatch(attribute) and _root(subject) == name:
                return True
        return False

    def _code(self, known: Caught) -> tuple[str, str] | None:
        """The code that all the exceptions caught have, and a class that has it."""
        codes: dict[str, str] = {}
        for name in sorted(known.names):
            fact = self.file.world.fact(FailureCode, name)
            lack = self.file.world.fact(MayLack, name)
            attribute = fact.attribute if fact is not None else ""
            if lack is not None and attribute.partition(".")[0] in lack.attributes:
                return None
            codes.setdefault(attribute, name.rpartition(".")[2])
        if len(codes) != 1 or "" in codes or known.pending:
            return None
        [(attribute, cls)] = codes.items()
        return cls, attribute

    def _severity(self, found: Wording, known: Caught, has_code: bool) -> Severity:
        if found.is_code or self._only_records(found.node):
            return Severity.INFO
        plain = known.names and all(
            name.startswith("builtins.") and name not in _BROAD for name in known.names
        )
        return Severity.INFO if plain and not has_code and not known.pending else self.severity

    def _only_records(self, node: cst.CSTNode) -> bool:
        """Whether the test chooses no more than what is recorded."""
        for parent in self.file.ancestors(node):
            if isinstance(parent, cst.If):
                return only_records(self.file, body_of(parent.body))
            if isinstance(parent, (cst.BaseSmallStatement, cst.BaseCompoundStatement)):
                return False
        return False


def _message(shown: str) -> str:
    return f"`{shown}` tells failures apart by words that are meant for people"


_BROAD = frozenset({"builtins.Exception", "builtins.BaseException"})


_TELLS_CODE = re.compile(r"(?i)\w*(errno|code|sqlstate|status)")


def _root(node: cst.CSTNode) -> str | None:
    while isinstance(node, (cst.Attribute, cst.Subscript)):
        node = node.value
    return node.value if isinstance(node, cst.Name) else None


def _may_be_exception(annotation: cst.Annotation) -> bool:
    """Whether an annotation has the name of an exception in it: asked first, as it costs little."""
    return any(
        isinstance(item, cst.Name) and item.value.endswith(("Error", "Exception", "Exc"))
        for item in inside([annotation.annotation])
    )


def _exceptions(file: File, annotation: cst.BaseExpression) -> Caught | None:
    """The exception classes an annotation names; None if it does not name only such."""
    known = caught(file.world, file.symbol(annotation))
    if not known.names or known.pending:
        return None
    for name in known.names:
        found = getattr(builtins, name.removeprefix("builtins."), None)
        is_builtin = isinstance(found, type) and issubclass(found, BaseException)
        if not is_builtin and file.world.fact(FailureCode, name) is None:
            return None
    return known
