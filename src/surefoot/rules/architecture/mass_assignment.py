"""`mass-assignment`: a client sets whatever fields of a stored object it likes."""

from __future__ import annotations

import re
from typing import Any, NamedTuple

import libcst as cst

from surefoot.facts.kinds import Writes
from surefoot.linking.project import Project
from surefoot.linking.requests import bodies, is_judged_before
from surefoot.model import Confidence, Severity
from surefoot.rule import Bad, Good, Link, Rule
from surefoot.semantics.bodies import Bodies
from surefoot.semantics.endpoint_answers import answers, endpoint_decorators
from surefoot.semantics.entities import Stored, entity, stored_in
from surefoot.semantics.file import File
from surefoot.semantics.handing_on import is_own, parameter_of, sent_arguments
from surefoot.semantics.handlers import inside
from surefoot.semantics.raw_bodies import (
    dictionary_parameter,
    is_checked_before,
    is_looked_at,
    judging_decorator,
    spread,
)
from surefoot.semantics.values import PENDING, Value
from surefoot.semantics.world import World

_JUDGES = re.compile(r"(?i)valid|clean|sanitiz|allow|permit|safe|restore|migrat|fixture|factory")


class MassAssignment(Rule):
    """What a client sent sets the fields of a database object, whichever they are.

    `User(**request.json)` takes `is_admin` and `balance` as readily as `name`: whoever knows
    or guesses the name of a column writes it. Columns added later are open at once.

    Let a schema say what may be set, or name the fields.
    """

    code = "SF705"
    severity = Severity.ERROR
    examples = (
        Bad(
            """
            # file: models.py
            from flask_sqlalchemy import SQLAlchemy

            db = SQLAlchemy()

            class User(db.Model):
                name = db.Column(db.String)
                is_admin = db.Column(db.Boolean)
            # file: views.py
            from flask import Flask, jsonify, request
            from models import User, db

            app = Flask(__name__)

            @app.post("/users")
            def create():
                user = User(**request.get_json())
                db.session.add(user)
                return jsonify(user.id)

            @app.patch("/users/<int:number>")
            def change(number):
                user = User.query.get_or_404(number)
                data = request.json
                for key, value in data.items():
                    setattr(user, key, value)
                return jsonify(user.id)
            """,
            count=2,
        ),
        Bad(
            """
            import json
            from django.db import models
            from django.views import View
            from rest_framework.views import APIView

            class Order(models.Model):
                paid = models.BooleanField()

            class OrderView(View):
                def post(self, request):
                    data = json.loads(request.body)
                    return Order.objects.create(**data)

            class OrderApi(APIView):
                def patch(self, request, number):
                    Order.objects.filter(pk=number).update(**request.data)
            """,
            count=2,
        ),
        Bad(
            """
            from fastapi import FastAPI, Request
            from sqlalchemy.orm import DeclarativeBase

            class Base(DeclarativeBase):
                pass

            class Item(Base):
                __tablename__ = "items"

            app = FastAPI()

            @app.post("/items")
            async def create(request: Request):
                return {"id": Item(**(await request.json())).id}

            @app.put("/items")
            def replace(data: dict):
                return {"id": Item(**data).id}
            """,
            count=2,
        ),
        Bad(
            """
            # file: views.py
            import json
            from django.db import models

            class Order(models.Model):
                paid = models.BooleanField()

            def create(request):
                Order.objects.create(**json.loads(request.body.decode()))
            # file: urls.py
            from django.urls import path
            from views import create

            urlpatterns = [path("orders", create)]
            """
        ),
        Good(
            """
            from flask import Flask, jsonify, request
            from flask_sqlalchemy import SQLAlchemy
            from pydantic import BaseModel

            app = Flask(__name__)
            db = SQLAlchemy(app)

            class User(db.Model):
                name = db.Column(db.String)

            class UserIn(BaseModel):
                name: str

            @app.post("/users")
            def create():
                data = UserIn.model_validate(request.get_json())
                return jsonify(User(**data.model_dump()).id, UserIn(**request.get_json()).name)
            """,
            because="a schema says what may be set",
        ),
        Good(
            """
            from flask import Flask, jsonify, request
            from flask_sqlalchemy import SQLAlchemy

            app = Flask(__name__)
            db = SQLAlchemy(app)
            ALLOWED = {"name"}

            class User(db.Model):
                name = db.Column(db.String)

            @app.post("/users")
            def create():
                data = request.get_json()
                return jsonify(User(**{key: data[key] for key in ALLOWED}).id)

            @app.patch("/users/<int:number>")
            def change(number):
                user = User.query.get_or_404(number)
                for key, value in request.json.items():
                    if key in ALLOWED:
                        setattr(user, key, value)
                return jsonify(user.id)

            @app.put("/users")
            def put():
                data = request.get_json()
                if set(data) - ALLOWED:
                    return "no", 400
                return jsonify(User(**data).id)

            @app.post("/named")
            def named():
                return jsonify(User(name=request.json["name"]).id)
            """,
            because="only fields that are named get through",
        ),
        Good(
            """
            from fastapi import FastAPI
            from sqlmodel import SQLModel

            class HeroIn(SQLModel):
                name: str

            class Hero(HeroIn, table=True):
                secret: str

            app = FastAPI()

            @app.post("/heroes")
            def create(hero: HeroIn):
                stored = Hero(**hero.model_dump())
                for key, value in hero.model_dump(exclude_unset=True).items():
                    setattr(stored, key, value)
                return {}

            def restore(data: dict):
                return Hero(**data)
            """,
            because="a schema says what may be set, and `restore` is sent nothing",
        ),
        Good(
            """
            from flask import Flask, request
            from search import Query

            app = Flask(__name__)

            @app.post("/search")
            def search():
                return Query(**request.get_json()).run()
            """,
            because="nothing is known of `Query`",
        ),
    )

    def visit_FunctionDef(self, node: cst.FunctionDef) -> None:
        judging = judging_decorator(self.file, node)
        if judging is not None:
            self.note(node, "judging", judging, None, ())

    def visit_Call(self, node: cst.Call) -> None:
        if not node.args:
            return
        for argument in node.args:
            for body in spread(self.file, argument.value) if argument.star == "**" else ():
                if not is_looked_at(self.file, body, node):
                    self._note(body, node, "made", node, node.func)
        if not isinstance(node.func, (cst.Attribute, cst.Name)) or not _serves(self.file):
            return
        for handed in sent_arguments(self.file, node):
            if not is_looked_at(self.file, handed.value, node):
                self._note(handed.value, node, "handed", node, None, handed.place, handed.keyword)

    def visit_For(self, node: cst.For) -> None:
        match node:
            case cst.For(
                target=cst.Tuple(elements=[cst.Element(value=cst.Name(value=key)), _]),
                iter=cst.Call(func=cst.Attribute(value=items, attr=cst.Name(value="items"))),
            ):
                set_on = _set_on(node, key)
                if set_on is not None and not is_looked_at(self.file, items, node):
                    self._note(items, node, "set", set_on, set_on)
            case cst.For(target=cst.Name(value=key), iter=cst.Name() | cst.Attribute() as items):
                set_on = _set_on(node, key)
                if set_on is not None and not is_looked_at(self.file, items, node):
                    self._note(items, node, "set", set_on, set_on)

    def _note(
        self,
        body: cst.BaseExpression,
        where: cst.CSTNode,
        how: str,
        target: cst.BaseExpression,
        owner: cst.BaseExpression | None,
        *place: object,
    ) -> None:
        """Keep what gets the fields of a body, and of a parameter that may be handed one."""
        function = self.file.function(where)
        aim = self.file.symbol(target)
        if function is None or is_checked_before(function) or aim is None:
            return
        symbol = self.file.symbol(body)
        of = dictionary_parameter(self.file, body)
        decorators = self.file.once(endpoint_decorators, of) if of is not None else ()
        if decorators or (symbol is not None and symbol[0] in ("a", "c", "n", "u", "w", "x")):
            self.note(where, how, aim, symbol, decorators, *place)
        found = parameter_of(self.file, body)
        if found is not None and owner is not None and _JUDGES.search(found[0].name.value) is None:
            name = self.file.symbols.definition(self.file.scope_of(found[0]))
            own = is_own(self.file, owner)
            self.note(
                where, "open", name, found[1].name.value, found[1].star == "**", how, aim, own
            )

    def link(self, project: Project) -> None:
        sent = bodies(project)
        opened: dict[str, list[_Open]] = {}
        judging: set[str] = set()
        for examination, note in project.notes(self.name):
            if note.data[0] == "judging":
                judging.add(str(note.data[1]))
            if note.data[0] == "open":
                name, *data = note.data[1:]
                link = (examination.path, note.place)
                opened.setdefault(str(name), []).append(_Open(*link, *data))  # type: ignore[arg-type]
        for examination, note in project.notes(self.name):
            how, target, symbol, decorators, *place = note.data
            if how in ("judging", "open") or not self._is_sent(sent, symbol, decorators):
                continue
            if is_judged_before(project, examination.path, note.scope, frozenset(judging)):
                continue
            chain: tuple[Link, ...] = ()
            stored = self._aim(how, target, place)
            if stored is None and how != "set":
                stored, chain = self._through(target, place, opened)
            if stored is not None:
                self.report(
                    note,
                    f"whoever sends the request sets any field of the {stored.what} "
                    f"`{stored.shown}` by its name",
                    path=examination.path,
                    confidence=Confidence.HIGH,
                    chain=chain,
                )

    def _is_sent(self, sent: Bodies, symbol: Any, decorators: Any) -> bool:
        if decorators and answers(self.project.world, decorators) is not None:
            return True
        return sent.of(symbol) is not None

    def _aim(self, how: object, target: Any, place: list[object]) -> Stored | None:
        """The entity that a call makes or changes, or that a loop sets the attributes of."""
        world = self.project.world
        if how == "set":
            return stored_in(world, world.value(target))
        callee = world.value(target[1])
        if callee is not None and callee[0] == "P":
            callee = callee[1]
        if callee is None or callee == PENDING or callee[0] not in ("n", "m"):
            return None
        fact = world.fact(Writes, callee[1])
        if place and (fact is None or not _takes_at(fact, *place)):
            return None
        if fact is not None:
            receiver = callee[2] if callee[0] == "m" else None
            if receiver is not None and receiver[0] == "n":
                return entity(world, receiver[1])
            return stored_in(world, receiver)
        return entity(world, callee[1]) if callee[0] == "n" else None

    def _through(
        self, target: Any, place: list[object], opened: dict[str, list[_Open]]
    ) -> tuple[Stored | None, tuple[Link, ...]]:
        """The entity that a function of the project makes or changes of what it is handed."""
        world = self.project.world
        callee = world.value(target[1])
        function = world.function(callee[1]) if callee is not None and len(callee) > 1 else None
        if callee is None or function is None:
            return None, ()
        names = [item.name for item in function.parameters if item.kind == "positional"]
        receiver = callee[2] if callee[0] == "m" else _owner(world, target[1])
        if function.owner and names[:1] in (["self"], ["cls"]):
            names = names[1:]
        for each in opened.get(callee[1], ()):
            if place:
                given = str(place[1]) or "".join(names[int(str(place[0])) :][:1])
                if each.starred or given != each.parameter:
                    continue
            elif not each.starred:
                continue
            stored = None
            if each.own and receiver is not None and receiver[0] in ("i", "n"):
                stored = entity(world, receiver[1])
            elif not each.own:
                stored = self._aim(each.how, each.target, [])
            if stored is not None:
                does = f"`{callee[1].rpartition('.')[2]}` sets all that it is handed"
                return stored, (Link(each.path, each.place, does),)
        return None, ()


class _Open(NamedTuple):
    """A place where a function sets the fields of something by the keys of a parameter."""

    path: str
    place: int
    parameter: str
    starred: bool
    how: str
    target: Any
    own: bool


def _takes_at(fact: Writes, index: object, keyword: object) -> bool:
    """Whether a call takes a mapping of fields as the argument at an index, or of a keyword."""
    return keyword in fact.parameters if keyword else fact.position == index


def _owner(world: World, callee: Any) -> Value:
    """What a method is looked up on: the class itself, and not the one that defines it."""
    if callee[0] == "n":
        return world.name(callee[1].rpartition(".")[0])
    return world.value(callee[1]) if callee[0] == "a" else None


def _serves(file: File) -> bool:
    """Whether a file has anything to do with requests, as far as a quick look tells."""
    return "equest" in file.text or "dict" in file.text or "ontroller" in file.text


def _set_on(loop: cst.For, key: str) -> cst.BaseExpression | None:
    """What gets, by `setattr`, each item of a loop, if the loop asks nothing about the key."""
    found: cst.BaseExpression | None = None
    for node in inside([loop.body]):
        match node:
            case cst.Call(
                func=cst.Name(value="setattr"),
                args=[cst.Arg(value=target), cst.Arg(value=cst.Name(value=name)), _],
            ) if name == key:
                found = target
            case cst.Comparison(left=cst.Name(value=name)) if name == key:
                return None
    return found
