"""`env-bool-truthiness`: text from the environment is used as if it were true or false."""

from __future__ import annotations

import re
from typing import Any

import libcst as cst

from surefoot.edits import replace
from surefoot.model import Confidence, Fix, Safety, Severity
from surefoot.rule import Bad, Good, Rule
from surefoot.semantics.environment import Reading
from surefoot.semantics.variables import is_platform_variable

_YES = '("1", "true", "yes", "on")'
_FALSE_WORDS = frozenset({"false", "0", "no", "off", "n", "f", "none", "disabled"})
_FLAG = re.compile(
    r"(.*_)?(DEBUG|ENABLED?|DISABLED?|ALLOW(ED)?|SKIP|FORCE|VERBOSE|STRICT|VERIFY|RELOAD|FLAG|"
    r"DRY_?RUN|READ_?ONLY)(_.*)?|(.*_)?USE_.*|(.*_)?FEATURE_.*|(.*_)?(SSL|TLS)"
)
_PRESENCE = re.compile(
    r"NO_.*|.*COLORS?_DISABLED|.*_(URLS?|URI|TOKEN|KEYS?|HOST|IDS?|PATH|DIR|DIRECTORY|FOLDER|FILE|DSN|NAME|SECRET|"
    r"PASSWORD|USER|PORT|ADDR|ADDRESS|ENDPOINT|REGION|BUCKET|LEVEL|MODE|CERT|VERSION|LIST|CONFIG|"
    r"PREFIX|SUFFIX|FOR|WITH)"
)


class EnvBoolTruthiness(Rule):
    """Text from the environment is used as if it were true or false.

    Every text but the empty one is true: `DEBUG=false` and `DEBUG=0` switch debugging on, and
    a default of `"false"` does so everywhere. Compare the text with the words that mean yes,
    or let a settings library convert it.
    """

    code = "SF602"
    severity = Severity.ERROR
    examples = (
        Bad(
            """
            import os

            REFUND = bool(os.getenv("ENABLE_REFUND", "false"))
            """,
            fixed="""
            import os

            REFUND = bool(os.getenv("ENABLE_REFUND", "false").lower() in ("1", "true", "yes", "on"))
            """,
        ),
        Bad(
            """
            import os

            def serve(app):
                if os.environ.get("DEBUG"):
                    app.trace()
                while not os.environ["DRY_RUN"]:
                    app.step()
            """,
            fixed="""
            import os

            def serve(app):
                if os.environ.get("DEBUG", "").lower() in ("1", "true", "yes", "on"):
                    app.trace()
                while not (os.environ["DRY_RUN"].lower() in ("1", "true", "yes", "on")):
                    app.step()
            """,
            count=2,
        ),
        Bad(
            """
            import os

            debug: bool = os.getenv("APP_DEBUG", False)
            level = "debug" if os.getenv("VERBOSE") else "info"
            """,
            count=2,
        ),
        Bad(
            """
            import os

            def serve(app, testing):
                reload = os.getenv("APP_RELOAD", "0")
                if reload and not testing:
                    app.watch()
            """
        ),
        Bad(
            """
            import os

            metrics = bool(os.getenv("METRICS", "off"))
            edges = bool(os.getenv("CREATE_EDGES", True))
            """,
            count=2,
        ),
        Good(
            """
            import os

            debug = os.getenv("DEBUG", "false").lower() == "true"
            verbose = os.getenv("VERBOSE", "0") == "1"
            strict = os.getenv("STRICT", "no") in ("yes", "true", "1")
            """,
            because="the text is compared",
        ),
        Good(
            """
            import os

            if os.getenv("SENTRY_DSN"):
                tracing = True
            if not os.getenv("DEBUG_TOKEN"):
                raise SystemExit("DEBUG_TOKEN is not set")
            """,
            because="these are there or not, they are no flags",
        ),
        Good(
            """
            import os

            colour = not os.getenv("NO_COLOR")
            in_ci = bool(os.getenv("CI"))
            """,
            because="by convention any value of these means yes",
        ),
        Good(
            """
            import os

            if os.environ.get("debian_chroot", False):
                chroot = True
            if os.environ.get("APP_IS_WORKER"):
                worker = True
            """,
            because="marks of where the program runs, there or not",
        ),
        Good(
            """
            import os

            debug = os.getenv("DEBUG") or "false"
            """,
            because="a fallback, not a test",
        ),
        Good(
            """
            import os

            def debugging():
                value = os.getenv("DEBUG")
                if not value:
                    return False
                return value.lower() in ("1", "true")
            """,
            because="the text is looked at afterwards",
        ),
        Good(
            """
            import os

            if os.getenv("DEBUG") and os.getenv("DEBUG") != "0":
                debug = True
            """,
            because="the text is compared beside",
        ),
        Good(
            """
            import os

            debug = bool(int(os.getenv("DEBUG", "0")))
            assert os.getenv("ENABLE_X"), "ENABLE_X must be set"
            """,
            because="it is converted first; the assertion asks whether it is set",
        ),
    )

    def visit_Module(self, node: cst.Module) -> None:
        if self.file.is_test:
            return
        readings = self.file.environment.readings
        for reading in readings:
            if reading.is_text and _is_flag(reading) and self._as_truth(reading):
                sure = Confidence.HIGH if _says_so(reading) else Confidence.MEDIUM
                is_sure_text = reading.required or isinstance(_literal(reading), str)
                self.report(
                    reading.node, _message(reading), confidence=sure, fix_data=(is_sure_text,)
                )

    def fix_at(self, node: Any, is_sure_text: bool) -> Fix:
        """Compare the text, or what stands in for it, with the words that mean yes."""
        text = self.file.code(node)
        if not is_sure_text:
            is_plain = isinstance(node, cst.Call) and len(node.args) == 1 and text[-2:-1] != ","
            text = f'{text[:-1]}, "")' if is_plain else f"str({text})"
        edits = replace(self.file, node, f"{text}.lower() in {_YES}")
        return Fix("Compare the text with the words that mean yes", edits, Safety.UNSAFE)

    def _as_truth(self, reading: Reading) -> bool:
        """Whether the value, or the one name it gets, is only ever asked whether it is true."""
        if self._is_truth(reading.node):
            return not self._looked_at(reading)
        bound = self._name(reading.node)
        if bound is None:
            return False
        owner = self.file.scope(reading.node).find(bound)
        if owner is None or len(owner.bindings[bound]) != 1:
            return False
        uses = [use for use in self.file.uses(bound, owner) if not self._is_target(use)]
        return bool(uses) and all(map(self._is_truth, uses))

    def _looked_at(self, reading: Reading) -> bool:
        """Whether the text of the same variable is looked at in the same function."""
        function = self.file.function(reading.node)
        return any(
            other.variables == reading.variables
            and self.file.function(other.node) is function
            and not self._is_truth(other.node)
            for other in self.file.environment.readings
            if other is not reading
        )

    def _name(self, node: cst.CSTNode) -> str | None:
        match self.file.parent(node):
            case cst.Assign(targets=[cst.AssignTarget(target=cst.Name(value=name))]):
                return name
        return None

    def _is_target(self, use: cst.CSTNode) -> bool:
        return isinstance(self.file.parent(use), cst.AssignTarget)

    def _is_truth(self, node: cst.CSTNode) -> bool:
        """Whether only the truth of an expression matters where it stands."""
        match self.file.parent(node):
            case cst.If(test=test) | cst.While(test=test) | cst.IfExp(test=test):
                return test is node
            case cst.CompIf() | cst.UnaryOperation(operator=cst.Not()):
                return True
            case cst.BooleanOperation() as operation:
                return self._is_truth(operation)
            case cst.AnnAssign(annotation=cst.Annotation(annotation=cst.Name("bool"))):
                return True
            case cst.Arg() as argument:
                call = self.file.parent(argument)
                return isinstance(call, cst.Call) and self.file.name(call) == "builtins.bool"
        return False


def _is_flag(reading: Reading) -> bool:
    """Whether a variable means yes or no, by its default or by its name."""
    variable = reading.variable.upper()
    if not variable or is_platform_variable(variable) or _PRESENCE.fullmatch(variable):
        return False
    return _says_so(reading) or _FLAG.fullmatch(variable) is not None


def _says_so(reading: Reading) -> bool:
    """Whether the default is a word for no, or True."""
    return _is_false_word(reading) or reading.default == (True,)


def _literal(reading: Reading) -> object:
    return reading.default[0] if isinstance(reading.default, tuple) else None


def _is_false_word(reading: Reading) -> bool:
    default = reading.default
    if not isinstance(default, tuple) or not isinstance(default[0], str):
        return False
    return default[0].strip().lower() in _FALSE_WORDS


def _message(reading: Reading) -> str:
    name = reading.variable
    default = reading.default
    if isinstance(default, tuple) and _is_false_word(reading):
        return f"`{name}` counts as true even where it is not set: {default[0]!r} is no empty text"
    return f"`{name}=false` counts as true: any text does but the empty one"
