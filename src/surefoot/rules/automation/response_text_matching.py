"""`response-text-matching`: the words of an answer decide whether a request succeeded."""

from __future__ import annotations

import re

import libcst as cst

from surefoot.facts.kinds import ResponseText
from surefoot.model import Confidence, Severity
from surefoot.rule import Bad, Good, Rule
from surefoot.semantics.texts import assigned

_SUCCESS = re.compile(
    r"(?i)\b(succe(ss|ed|eded)|successful(ly)?|ok|okay|error|fail(ed|ure)?|denied|forbidden|invalid|"
    r"unauthori[sz]ed|not found|exception|rate limit(ed)?|too many requests|already exists|"
    r"timed? ?out|done|accepted|rejected|expired|completed?|created|updated|deleted|removed|saved|"
    r"started|stopped|queued|scheduled|cancell?ed|registered|unavailable|overloaded|try again)\b"
)
_WORDED = frozenset(
    {"description", "detail", "error_description", "error_message", "message", "msg"}
)
_STATUS = frozenset({"is_error", "is_success", "ok", "raise_for_status", "status", "status_code"})
_TEXT_METHODS = frozenset({"casefold", "decode", "lower", "strip", "upper"})
_READS = frozenset({"text", "content"})


class ResponseTextMatching(Rule):
    """Words found in the body of an answer decide whether the request succeeded.

    The words belong to whoever writes the texts of the other side: a new wording, another
    language, a proxy's error page that contains `OK`, and failure passes for success. Look at
    the status code, or at a field of the answer that is documented.
    """

    code = "SF1107"
    severity = Severity.INFO
    confidence = Confidence.MEDIUM
    examples = (
        Bad(
            """
            def ok(r):
                r.raise_for_status()
                if "success" in r.text:
                    return True
                return False
            """
        ),
        Bad(
            """
            import requests

            def claim(url):
                answer = requests.post(url, timeout=5)
                if b"already exists" in answer.content.lower():
                    raise RuntimeError(url)
                return answer
            """
        ),
        Bad(
            """
            import requests

            def start(url):
                answer = requests.post(url, timeout=5)
                if "created" in answer.text:
                    return True
                body = answer.json()
                return body["message"] == "job started successfully"
            """,
            count=2,
        ),
        Good(
            """
            import requests

            def claim(url):
                answer = requests.post(url, timeout=5)
                if answer.status_code == 409 or answer.json()["state"] == "failed":
                    raise RuntimeError(url)
                return answer
            """,
            because="the status and a field decide",
        ),
        Good(
            """
            import logging
            import requests

            def page(url):
                answer = requests.get(url, timeout=5)
                if "error" in answer.text:
                    logging.info("the page speaks of an error")
                if "charset=utf-8" in answer.text:
                    return answer.text
                return answer.content
            """,
            because="nothing depends on the first, and the second says nothing of success",
        ),
        Good(
            """
            def spoken(message):
                if "error" in message.text:
                    return True
                return False
            """,
            because="the text is not known to be an answer's",
        ),
    )

    def visit_Comparison(self, node: cst.Comparison) -> None:
        match node:
            case cst.Comparison(
                left=cst.SimpleString() as literal,
                comparisons=[
                    cst.ComparisonTarget(operator=cst.In() | cst.NotIn(), comparator=text)
                ],
            ):
                pass
            case cst.Comparison(
                left=text,
                comparisons=[
                    cst.ComparisonTarget(
                        operator=cst.Equal() | cst.NotEqual(),
                        comparator=cst.SimpleString() as literal,
                    )
                ],
            ) if self._message_of(text) is not None:
                pass
            case _:
                return
        while isinstance(text, cst.Call) and isinstance(text.func, cst.Attribute):
            if text.func.attr.value not in _TEXT_METHODS:
                return
            text = text.func.value
        told = self._message_of(text)
        if told is not None:
            text = told
        elif not isinstance(text, cst.Attribute) or text.attr.value not in _READS:
            return
        value = literal.evaluated_value
        words = value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)
        if not _SUCCESS.search(words) or not self._is_response(text) or not self._decides(node):
            return
        self.report(
            node,
            f"whether the answer contains {literal.value} decides here whether the request "
            "succeeded, however that is worded tomorrow",
        )

    def _message_of(self, node: cst.BaseExpression) -> cst.Attribute | None:
        """Return the `answer.json` of which an expression is the field that is worded for
        people: of `answer.json()["message"]`."""
        match node:
            case (
                cst.Subscript(
                    value=body,
                    slice=[cst.SubscriptElement(slice=cst.Index(value=cst.SimpleString() as key))],
                )
                | cst.Call(
                    func=cst.Attribute(value=body, attr=cst.Name(value="get")),
                    args=[cst.Arg(value=cst.SimpleString() as key), *_],
                )
            ) if key.evaluated_value in _WORDED:
                match assigned(self.file, body) or body:
                    case cst.Call(func=cst.Attribute(attr=cst.Name(value="json")) as method):
                        return method
        return None

    def _is_response(self, text: cst.Attribute) -> bool:
        """Whether an attribute is the text of an answer over HTTP, by its type or, where that is
        not known, by a status that is read from the same variable."""
        kind = self.file.type_of(text.value)
        if kind is not None:
            fact = self.file.world.fact(ResponseText, kind)
            return fact is not None and text.attr.value in (*fact.attributes, "json")
        if not isinstance(text.value, cst.Name) or self.file.value(text.value) is None:
            return False
        owner = self.file.scope(text).find(text.value.value)
        return owner is not None and any(
            isinstance(parent := self.file.parent(use), cst.Attribute)
            and parent.attr.value in _STATUS
            for use in self.file.uses(text.value.value, owner)
        )

    def _decides(self, node: cst.Comparison) -> bool:
        """Whether what comes next depends on a comparison: a return, an exception, a loop."""
        child: cst.CSTNode = node
        for parent in self.file.ancestors(node):
            match parent:
                case cst.Return() | cst.Assert() | cst.While():
                    return True
                case cst.If(test=test) if test is child:
                    last = parent.body.body[-1]
                    item = last.body[-1] if isinstance(last, cst.SimpleStatementLine) else last
                    return isinstance(item, (cst.Return, cst.Raise, cst.Continue, cst.Break))
                case cst.UnaryOperation() | cst.BooleanOperation():
                    child = parent
                case _:
                    return False
        return False
