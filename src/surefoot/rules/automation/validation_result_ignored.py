"""`validation-result-ignored`: something is checked, and the answer dropped."""

from __future__ import annotations

import libcst as cst

from surefoot.facts.kinds import Verdict
from surefoot.linking.effects import said_callee
from surefoot.linking.project import Project, full_name
from surefoot.model import Confidence, Severity
from surefoot.rule import Bad, Good, Link, Rule
from surefoot.semantics.call import Call
from surefoot.semantics.checks import CHECKS, LEANS, gives_verdict, is_calm, leans_on
from surefoot.semantics.summary import At


class ValidationResultIgnored(Rule):
    """The answer of a check is dropped.

    The function says yes or no, or lists what is wrong; it raises nothing. Called without a
    look at its answer it does not check anything: the bad plan is carried out, the forged token
    let in, and the line above it assures every reader that this cannot happen. Test the answer.
    """

    code = "SF1103"
    severity = Severity.ERROR
    facts = (Verdict,)
    examples = (
        Bad(
            """
            def validate(plan):
                return len(plan) <= 10

            def reconcile(plan, dry_run):
                validate(plan)
                if dry_run:
                    return plan
                return [step.run() for step in plan]
            """
        ),
        Bad(
            """
            # file: tokens.py
            def verify_token(token) -> bool:
                return token == "ok"
            # file: use.py
            from tokens import verify_token

            def main(request):
                verify_token(request.token)
                return request.body
            """
        ),
        Bad(
            """
            def check_limits(plan):
                problems = []
                for step in plan:
                    if step.size > 10:
                        problems.append(step)
                return problems

            class Runner:
                async def _is_allowed(self, plan):
                    return plan.owner == self.owner

                async def run(self, plan):
                    check_limits(plan)
                    await self._is_allowed(plan)
                    await plan.run()
            """,
            count=2,
        ),
        Bad(
            """
            import hmac

            def receive(body, signature, expected):
                hmac.compare_digest(signature, expected)
                return body
            """
        ),
        Good(
            """
            def validate(plan):
                return len(plan) <= 10

            def reconcile(plan):
                if not validate(plan):
                    raise ValueError("plan too large")
                allowed = validate(plan)
                return validate(plan) and allowed
            """,
            because="the answer is tested, kept and returned",
        ),
        Good(
            """
            def validate(plan):
                if not plan:
                    raise ValueError("empty")
                return True

            def start(plan):
                validate(plan)
            """,
            because="it raises",
        ),
        Good(
            """
            class Keyboard:
                def _validate_button(self, button):
                    if not isinstance(button, str):
                        raise ValueError(button)
                    return True

                def _validate_buttons(self, *buttons) -> bool:
                    return all(map(self._validate_button, buttons))

                def add(self, *buttons):
                    self._validate_buttons(*buttons)
            """,
            because="the check it hands on to `map` raises",
        ),
        Good(
            """
            class Form:
                def check(self):
                    self.errors = []
                    return not self.errors

            def show(form: Form):
                form.check()
            """,
            because="it keeps what it finds",
        ),
        Good(
            """
            def verify(module, x):
                if not x:
                    module.fail_json(msg="bad")
                return True

            def check_space(path):
                if path.full:
                    print("the disk is full")
                    return False
                return True

            def ensure_folder(path):
                path.mkdir()
                return True

            def main(module, x):
                verify(module, x)
                check_space(x)
                ensure_folder(x)
            """,
            because="it ends the program, tells people, or does something",
        ),
        Bad(
            """
            import marshmallow
            from flask_wtf import FlaskForm
            from rest_framework import serializers

            class OrderSchema(marshmallow.Schema):
                name = marshmallow.fields.Str(required=True)

            class OrderForm(FlaskForm):
                name = None

            class OrderSerializer(serializers.Serializer):
                name = serializers.CharField()

            def save(db, order):
                OrderSchema().validate(order)
                form = OrderForm()
                form.validate_on_submit()
                serializer = OrderSerializer(data=order)
                serializer.is_valid()
                db.insert(order, form.data, serializer.initial_data)
            """,
            count=3,
        ),
        Good(
            """
            import hmac

            def sign_in(users, name, password):
                if name not in users:
                    # takes as long as if there were such a user
                    hmac.compare_digest(password, password)
                    raise PermissionError(name)
                return hmac.compare_digest(users[name], password)
            """,
            because="it fails whatever the answer is",
        ),
        Good(
            """
            import cerberus
            import jsonschema
            from flask_wtf import FlaskForm
            from rest_framework import serializers

            RULES = cerberus.Validator({"name": {"type": "string"}})

            class OrderForm(FlaskForm):
                name = None

            class OrderSerializer(serializers.Serializer):
                name = serializers.CharField()

            def save(db, order, schema):
                jsonschema.validate(order, schema)
                OrderSerializer(data=order).is_valid(raise_exception=True)
                serializer = OrderSerializer(data=order)
                serializer.is_valid()
                serializer.save()
                form = OrderForm()
                form.validate_on_submit()
                RULES.validate(order)
                if form.errors or RULES.errors:
                    raise ValueError(order)
                other = OrderForm()
                other.validate()
                return render(other)
            """,
            because="they raise, or the object keeps what was found and is asked",
        ),
        Bad(
            """
            # file: schemas.py
            def check(schema, data):
                return schema.accepts(data) == 1

            def check_orders(data) -> bool:
                return check(ORDERS, data)
            # file: use.py
            from schemas import check_orders

            def load(data):
                check_orders(data)
                return data
            """
        ),
        Good(
            """
            def check(schema, data):
                if data not in schema:
                    raise ValueError(data)
                return True

            def check_orders(data) -> bool:
                return check(ORDERS, data)

            def check_parcels(schema, data) -> bool:
                return schema.validate(data)

            def load(schema, data):
                check_orders(data)
                check_parcels(schema, data)
            """,
            because="the check it leans on raises, or may",
        ),
        Good(
            """
            import os

            def ready(path):
                while not os.path.exists(path):
                    pass
            """,
            because="the answer decides",
        ),
    )

    def visit_FunctionDef(self, node: cst.FunctionDef) -> None:
        if not CHECKS.fullmatch(node.name.value):
            return
        if gives_verdict(self.file, node):
            self.note(node, "verdict", self.file.scope_of(node).qualname, leans_on(node))
        if LEANS.fullmatch(node.name.value) and is_calm(node):
            self.note(node, "calm", self.file.scope_of(node).qualname)

    def check_call(self, call: Call, fact: Verdict) -> None:
        if At.STATEMENT not in call.at or At.LAMBDA in call.at:
            return
        if fact.raises_if is not None and call.arguments.has(fact.raises_if):
            return
        if call.node is not None and self._fails_anyway(call.node):
            return
        if At.GUARDED in call.at or (fact.read_at and self._may_be_read(call, fact)):
            return
        self.report(
            call,
            f"the answer of `{call.shown}` is dropped: whatever it says, the code goes on",
            confidence=Confidence.HIGH,
        )

    def _fails_anyway(self, node: cst.Call) -> bool:
        """Whether the next statement raises, whatever the answer is: the check takes its time."""
        line = self.file.parent(self.file.statement(node))
        suite = self.file.parent(line) if line is not None else None
        if not isinstance(suite, cst.IndentedBlock) or line not in suite.body:
            return False
        match suite.body[list(suite.body).index(line) + 1 :]:  # type: ignore[arg-type]
            case [cst.SimpleStatementLine(body=[cst.Raise(), *_]), *_]:
                return True
        return False

    def _may_be_read(self, call: Call, fact: Verdict) -> bool:
        """Whether anybody may ask the object that was checked what came of it."""
        node = call.node
        if node is None:
            return True
        checked = node.func.value if isinstance(node.func, cst.Attribute) else node.func
        if isinstance(checked, cst.Call):
            return False  # nobody else has it
        if not isinstance(checked, cst.Name):
            return True
        owner = self.file.scope(node).find(checked.value)
        if owner is None or any(item.kind == "param" for item in owner.bindings[checked.value]):
            return True
        function = self.file.function(node)
        for use in self.file.uses(checked.value, owner):
            parent = self.file.parent(use)
            if isinstance(parent, cst.Attribute) and parent.value is use:
                if parent.attr.value in fact.read_at:
                    return True
            elif not isinstance(parent, (cst.AssignTarget, cst.AnnAssign)) and (
                use is not checked and self.file.function(use) is function
            ):
                return True
        return False

    def link(self, project: Project) -> None:
        calm: set[str] = set()
        verdicts: dict[str, tuple[str, int, int]] = {}
        for examination, note in project.notes(self.name):
            kind, qualname, *rest = note.data
            name = full_name(examination.module, str(qualname))
            if kind == "calm":
                calm.add(name)
            else:
                verdicts[name] = (examination.path, note.place, int(str(rest[0])))
        for name, (path, place, leaning) in verdicts.items():
            function = project.function(name)
            if function is None or not self._keeps_calm(project, name, leaning, calm):
                continue
            for call in project.callers.get(name, ()):
                if At.STATEMENT not in call.at or At.LAMBDA in call.at:
                    continue
                if function.is_async and At.AWAITED not in call.at:
                    continue
                self.report(
                    call,
                    f"the answer of `{said_callee(call)}` is dropped: whatever it says, the code "
                    "goes on",
                    confidence=Confidence.MEDIUM if leaning else None,
                    chain=[Link(path, place, f"`{function.qualname}` answers and does no more")],
                )

    def _keeps_calm(self, project: Project, name: str, leaning: int, calm: set[str]) -> bool:
        """Whether none of the other checks a function calls raises."""
        known = sum(
            LEANS.fullmatch((call.name or "").rpartition(".")[2]) is not None
            and project.target(call) in calm
            for call in project.calls_in.get(name, ())
        )
        return known == leaning
