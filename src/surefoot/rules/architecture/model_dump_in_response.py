"""`model-dump-in-response`: all fields of a stored object are written into an answer."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import libcst as cst

from surefoot.facts.kinds import Dumps, Responds
from surefoot.linking.project import Project
from surefoot.model import Severity
from surefoot.rule import Bad, Good, Rule
from surefoot.semantics.call import Arguments, Given
from surefoot.semantics.endpoint_answers import answers, declared, is_narrowed, promise_of
from surefoot.semantics.entities import Stored, stored_in
from surefoot.semantics.file import File
from surefoot.semantics.handlers import inside

_DUMPER = re.compile(r"_?_?(to_|as_|get_)?(dict|json|serializ(e|able)(_\w+)?)_?_?|to_?(dict|json)")
_ALL_FIELDS = frozenset(
    {"__dict__", "__mapper__", "__table__", "_meta", "vars", "_sa_class_manager"}
)
_CHOOSES = (cst.CompIf, cst.If, cst.Comparison)
_RESPONSES = re.compile(r"(?i)jsonify|.*response|json|write|finish")
_REMOVES = frozenset({"pop", "popitem"})
_HOLDERS = frozenset({"builtins.list", "builtins.tuple", "builtins.sorted", "builtins.reversed"})
_DEEPEST = 5


class ModelDumpInResponse(Rule):
    """An endpoint answers with every field of a database object, whatever the fields are.

    `asdict(user)`, `user.__dict__` and a `to_dict` that goes over all columns do not choose:
    the hash of a password and the column that somebody adds next year go to the client, with
    no line of the endpoint changed and no test failing.

    Name the fields an answer holds, best in a type of its own.
    """

    code = "SF702"
    severity = Severity.WARNING
    examples = (
        Bad(
            """
            # file: models.py
            from dataclasses import dataclass
            from flask_sqlalchemy import SQLAlchemy

            db = SQLAlchemy()

            @dataclass
            class Account(db.Model):
                name: str = db.Column(db.String)
                hashed_password: str = db.Column(db.String)
            # file: views.py
            from dataclasses import asdict
            from flask import Blueprint, jsonify
            from models import Account

            bp = Blueprint("accounts", __name__)

            @bp.route("/account/<int:number>")
            def account(number):
                account = Account.query.get_or_404(number)
                return jsonify(asdict(account))

            @bp.route("/accounts")
            def accounts():
                found = [asdict(account) for account in Account.query.all()]
                return jsonify({"accounts": found})
            """,
            count=2,
        ),
        Bad(
            """
            # file: base.py
            from sqlalchemy.orm import DeclarativeBase

            class Base(DeclarativeBase):
                def to_dict(self):
                    return {c.name: getattr(self, c.name) for c in self.__table__.columns}
            # file: users.py
            from flask import Flask, jsonify
            from sqlalchemy.orm import Mapped, Session
            from base import Base

            app = Flask(__name__)

            class User(Base):
                __tablename__ = "users"
                access_token: Mapped[str]

            @app.route("/login")
            def login(session: Session):
                user = session.get(User, 1)
                return jsonify(user.to_dict())
            """
        ),
        Bad(
            """
            from django.db import models
            from django.forms.models import model_to_dict
            from django.http import JsonResponse

            class Order(models.Model):
                note = models.TextField()

            def order(request, number):
                return JsonResponse(model_to_dict(Order.objects.get(pk=number)))

            def raw(request, number):
                order = Order.objects.filter(pk=number).first()
                return JsonResponse(data=order.__dict__)

            def raw_too(request, number):
                order = Order.objects.get(pk=number)
                return JsonResponse(vars(order))
            """,
            count=3,
        ),
        Bad(
            """
            from fastapi import FastAPI
            from sqlmodel import Session, SQLModel

            class Hero(SQLModel, table=True):
                name: str

            app = FastAPI()

            @app.get("/hero")
            def hero(session: Session):
                return {"hero": session.get(Hero, 1).model_dump()}
            """
        ),
        Good(
            """
            from fastapi import FastAPI
            from pydantic import BaseModel
            from sqlmodel import Session, SQLModel

            class HeroOut(BaseModel):
                name: str

            class Hero(SQLModel, table=True):
                name: str

            app = FastAPI()

            @app.get("/hero", response_model=HeroOut)
            def hero(session: Session):
                return session.get(Hero, 1).model_dump()

            @app.get("/out")
            def out(session: Session):
                return HeroOut.model_validate(session.get(Hero, 1)).model_dump()

            @app.get("/some")
            def some(session: Session):
                return session.get(Hero, 1).model_dump(include={"name"})
            """,
            because="the answer is made of a type of its own, or of chosen fields",
        ),
        Good(
            """
            from flask import Flask, jsonify
            from flask_sqlalchemy import SQLAlchemy

            app = Flask(__name__)
            db = SQLAlchemy(app)

            class User(db.Model):
                name = db.Column(db.String)
                password = db.Column(db.String)

                def to_dict(self):
                    return {"name": self.name}

                def as_dict(self):
                    return {k: v for k, v in self.__dict__.items() if k not in ("password",)}

            @app.route("/me")
            def me():
                user = User.query.first()
                return jsonify(user.to_dict(), user.as_dict())

            @app.route("/them")
            def them():
                found = vars(User.query.first())
                found.pop("password")
                return jsonify(found)
            """,
            because="these choose the fields",
        ),
        Good(
            """
            from dataclasses import asdict, dataclass
            from django.db import models
            from django.forms import model_to_dict
            from flask import Flask, jsonify

            app = Flask(__name__)

            class Order(models.Model):
                note = models.TextField()

            @dataclass
            class Summary:
                count: int

            @app.route("/summary")
            def summary():
                return jsonify(asdict(Summary(1)))

            def log(order: Order, logger):
                logger.info("%s", model_to_dict(order))

            @app.route("/note")
            def note():
                return jsonify(model_to_dict(Order.objects.first(), fields=["note"]))
            """,
            because="no stored object, no answer, chosen fields",
        ),
    )

    def visit_FunctionDef(self, node: cst.FunctionDef) -> None:
        if _DUMPER.fullmatch(node.name.value) is None or not _dumps_everything(node):
            return
        if self.file.scope(node).kind == "class":
            self.note(node, "dumper", self.file.symbols.definition(self.file.scope_of(node)))

    def visit_Return(self, node: cst.Return) -> None:
        function = self.file.function(node) if node.value is not None else None
        if node.value is None or function is None or not function.decorators:
            return
        if not isinstance(node.value, cst.Call) or self._is_dump_itself(node.value):
            handles = "handler" in self.file.role(node)
            self._note(node.value, handles, promise_of(self.file, function))

    def _is_dump_itself(self, call: cst.Call) -> bool:
        fact = self.file.fact(Dumps, call)
        return fact is not None or isinstance(call.func, cst.Attribute)

    def visit_Call(self, node: cst.Call) -> None:
        match node.func:
            case cst.Name(value=name) | cst.Attribute(attr=cst.Name(value=name)) if node.args:
                pass
            case _:
                return
        if _RESPONSES.fullmatch(name) is None:
            return
        fact = self.file.fact(Responds, node)
        if fact is not None:
            for argument in node.args[fact.position :]:
                if argument.keyword is None or argument.keyword.value == fact.parameter:
                    self._note(argument.value, True, None)

    def _note(self, answer: cst.BaseExpression, handles: bool, promise: object) -> None:
        symbol = self.file.symbol(answer)
        if any(True for _ in _parts(symbol)) and not _is_cut_down(self.file, answer):
            function = self.file.function(answer)
            name = function.name.value if function is not None else "the module"
            self.note(answer, "answer", name, symbol, handles, promise)

    def link(self, project: Project) -> None:
        notes = list(project.notes(self.name))
        dumpers = {note.data[1] for _, note in notes if note.data[0] == "dumper"}
        for examination, note in notes:
            if note.data[0] != "answer":
                continue
            _, name, symbol, handles, promise = note.data
            if promise is not None and not self._is_open(promise, handles):
                continue
            for part in _parts(symbol):
                stored = self._dumped(part, dumpers)
                if stored is not None:
                    self.report(
                        note,
                        f"`{name}` answers with whatever `{stored.shown}` has: all its fields go "
                        f"to the client{stored.remark}",
                        path=examination.path,
                        severity=Severity.ERROR if stored.secrets else None,
                    )
                    break

    def _is_open(self, promise: Any, handles: object) -> bool:
        """Whether all that a function returns becomes the answer."""
        world = self.project.world
        known = answers(world, promise[1])
        if known is None:
            return bool(handles)
        return not is_narrowed(*known) and declared(world, *known, *promise[2:]) is None

    def _dumped(self, part: tuple[Any, ...], dumpers: set[object]) -> Stored | None:
        """The entity all of whose fields an expression gives."""
        world = self.project.world
        if part[0] == "a":
            return stored_in(world, world.value(part[1]))
        name = world.target(part)
        if name is None:
            return None
        fact: Dumps | None = world.fact(Dumps, name)
        callee = world.value(part[1])
        owner = callee[2] if callee is not None and callee[0] == "m" else None
        if name in dumpers and not part[2]:
            return stored_in(world, owner)
        if fact is None:
            return None
        arguments = Arguments(part[2], world)
        if "*" in fact.narrowed_by and part[2]:
            return None
        if arguments.has(fact.narrowed_by, fact.narrowed_at):
            return None
        if fact.of == "receiver":
            return stored_in(world, owner)
        symbol = arguments.symbol((), fact.position)
        return None if isinstance(symbol, Given) else stored_in(world, world.value(symbol))


def _parts(symbol: Any, depth: int = 0) -> Iterator[tuple[Any, ...]]:
    """Yield the calls, and the attributes `__dict__`, that an answer is made of."""
    if symbol is None or depth > _DEEPEST:
        return
    match symbol:
        case ("c", ("n", name), (("", item),)) if name in _HOLDERS:
            yield from _parts(item, depth + 1)
        case ("c", _, _):
            yield symbol
        case ("a", _, "__dict__"):
            yield symbol
        case ("d", items, _):
            for _, item in items:
                yield from _parts(item, depth + 1)
        case ("t", items):
            for item in items:
                yield from _parts(item, depth + 1)
        case ("l" | "w", item):
            yield from _parts(item, depth + 1)


def _dumps_everything(function: cst.FunctionDef) -> bool:
    """Whether a method goes over all fields of its object and chooses none."""
    everything = False
    for node in inside([function.body]):
        if isinstance(node, _CHOOSES):
            return False
        match node:
            case cst.Attribute(value=cst.Name(value="self"), attr=cst.Name(value=name)):
                everything = everything or name in _ALL_FIELDS
            case cst.Call(func=cst.Name(value=name), args=[cst.Arg(value=cst.Name(value="self"))]):
                everything = everything or name == "vars"
    return everything


def _is_cut_down(file: File, answer: cst.BaseExpression) -> bool:
    """Whether something is taken out of the variable that is the answer."""
    if not isinstance(answer, cst.Name):
        return False
    owner = file.scope(answer).find(answer.value)
    for use in file.uses(answer.value, owner) if owner is not None else ():
        parent = file.parent(use)
        match parent:
            case cst.Attribute(attr=cst.Name(value=name)) if name in _REMOVES:
                return True
            case cst.Subscript() if isinstance(file.parent(parent), cst.Del):
                return True
    return False
