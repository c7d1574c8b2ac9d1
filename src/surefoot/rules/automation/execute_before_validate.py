"""`execute-before-validate`: a plan is carried out, and examined afterwards."""

from __future__ import annotations

import re

import libcst as cst

from surefoot.facts.kinds import Mutates
from surefoot.model import Confidence, Severity
from surefoot.rule import Bad, Good, Rule
from surefoot.semantics.handlers import inside, last_name
from surefoot.semantics.mutations import mutation_of
from surefoot.semantics.rehearsal import root_of

_EXECUTES = re.compile(r"_*(execute|apply|perform|deploy|run|carry_out|rollout)(_\w+)?")
_VALIDATES = re.compile(r"_*(pre_?)?(validate|check|is_valid|assert_valid)(_\w+)?")
_PLAN = re.compile(
    r"(?i)_*(\w+_)?(plans?|change_?sets?|diff|actions?|steps?|migrations?|spec|manifests?)"
)


class ExecuteBeforeValidate(Rule):
    """A plan is carried out before it is validated.

    The validation stands there and protects nobody: by the time it finds the mistake, the
    change has been made. Validate first.
    """

    code = "SF1110"
    severity = Severity.WARNING
    confidence = Confidence.MEDIUM
    default = False
    examples = (
        Bad(
            """
            def reconcile(cluster, plan):
                cluster.execute(plan)
                validate(plan)
            """
        ),
        Bad(
            """
            def reconcile(state):
                plan = diff(state)
                for step in plan:
                    apply_step(step)
                if not check_plan(plan):
                    raise ValueError(plan)
                execute_plan(plan)
            """
        ),
        Bad(
            """
            def rollout(steps):
                for step in steps:
                    step.execute()
                    step.validate()
            """
        ),
        Bad(
            """
            import boto3
            import jsonschema

            def start(plan, schema):
                boto3.client("ec2").run_instances(**plan["instances"])
                jsonschema.validate(plan, schema)
            """
        ),
        Good(
            """
            def rollout(steps):
                for step in steps:
                    step.validate()
                for step in steps:
                    step.execute()
            """,
            because="all steps are validated before the first is carried out",
        ),
        Good(
            """
            def reconcile(cluster, plan):
                validate(plan)
                cluster.execute(plan)
                verify(plan)
            """,
            because="the plan is validated first, and its effect verified after",
        ),
        Good(
            """
            def reconcile(cluster, plan, force):
                if force:
                    return cluster.execute(plan)
                validate(plan)
                return cluster.execute(plan)
            """,
            because="these are two ways through the function",
        ),
        Good(
            """
            def reconcile(cluster, plan):
                cluster.execute(plan)
                plan = cluster.next_plan()
                validate(plan)
            """,
            because="another plan is validated",
        ),
    )

    def visit_FunctionDef(self, node: cst.FunctionDef) -> None:
        executed: dict[str, cst.Call] = {}
        loops: dict[str, str] = {}
        validated: set[str] = set()
        for item in inside([node.body]):
            match item:
                case cst.For(target=cst.Name(value=each), iter=cst.Name(value=name)):
                    loops[each] = name
                case cst.Assign(targets=targets):
                    for target in targets:
                        if isinstance(target.target, cst.Name):
                            executed.pop(target.target.value, None)
                case cst.Call():
                    called = last_name(item.func)
                    about = self._plan_of(item, loops)
                    if about is None:
                        continue
                    plan = loops.get(about, about)
                    if _VALIDATES.fullmatch(called):
                        if plan in executed and plan not in validated:
                            self._report(executed[plan], plan, called)
                        validated.add(plan)
                    elif not self._leaves(item, node) and (
                        _EXECUTES.fullmatch(called) or self._changes(item)
                    ):
                        executed.setdefault(plan, item)

    def _plan_of(self, call: cst.Call, loops: dict[str, str]) -> str | None:
        """Return the plan, or the step of one, that a call is about: its first argument, what
        it unpacks, or the object whose method it is."""
        about: cst.BaseExpression | None = None
        if call.args:
            about = call.args[0].value if call.args[0].star != "*" else None
            if call.args[0].star == "**":
                about = root_of(call.args[0].value)
        elif isinstance(call.func, cst.Attribute):
            about = call.func.value
        if not isinstance(about, cst.Name):
            return None
        return about.value if _PLAN.fullmatch(loops.get(about.value, about.value)) else None

    def _changes(self, call: cst.Call) -> bool:
        known = self.file.call(call)
        return known.fact(Mutates) is not None and mutation_of(known) is not None

    def _report(self, call: cst.Call, plan: str, validator: str) -> None:
        self.report(
            call,
            f"`{plan}` is carried out by `{last_name(call.func)}` before `{validator}` looks at it",
        )

    def _leaves(self, call: cst.Call, function: cst.FunctionDef) -> bool:
        """Whether the way through a call does not get to what comes after it."""
        for parent in self.file.ancestors(call):
            if parent is function:
                return False
            if isinstance(parent, (cst.Return, cst.Raise)):
                return True
            if isinstance(parent, (cst.If, cst.Try)):
                return True
        return False
