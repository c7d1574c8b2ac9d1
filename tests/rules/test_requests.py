"""What clients send, followed through base classes, helpers, decorators and frameworks."""

from __future__ import annotations

import pytest

from surefoot.rule import Good, files_of
from surefoot.rules.architecture.mass_assignment import MassAssignment
from surefoot.rules.architecture.model_dump_in_response import ModelDumpInResponse
from surefoot.rules.architecture.orm_model_in_response import OrmModelInResponse
from surefoot.rules.architecture.unvalidated_body import UnvalidatedBody
from surefoot.rules.architecture.unvalidated_splat import UnvalidatedSplat
from tests.checking import check

MODELS = """
# file: models.py
from flask_sqlalchemy import SQLAlchemy

db = SQLAlchemy()

class Creates:
    @classmethod
    def create(cls, **fields):
        made = cls(**fields)
        db.session.add(made)
        return made

    def change(self, values):
        for key, value in values.items():
            setattr(self, key, value)

class Widget(Creates, db.Model):
    owner = db.Column(db.Integer)

def store(session, data):
    session.add(Widget(**data))

def store_valid(session, data):
    session.add(Widget(**{key: data[key] for key in ("name",)}))
# file: base.py
from flask import abort, request
from flask.views import MethodView

class JsonView(MethodView):
    def payload(self):
        return request.get_json()

    def checked(self):
        data = request.get_json()
        if "name" not in data:
            abort(400)
        return data
# file: checks.py
from functools import wraps
from flask import abort, request

def needs(*names):
    def decorate(function):
        @wraps(function)
        def inner(*args, **kwargs):
            if not set(names) <= set(request.get_json()):
                abort(400)
            return function(*args, **kwargs)
        return inner
    return decorate

def logged(function):
    @wraps(function)
    def inner(*args, **kwargs):
        print(request.path)
        return function(*args, **kwargs)
    return inner
# file: views.py
from flask import request
from sqlalchemy import insert, update
from base import JsonView
from checks import logged, needs
from models import Widget, db, store, store_valid

class WidgetView(JsonView):
    {decorator}
    def post(self):
        {does}
        return {}
"""


def _count(rule: type, text: str) -> int:
    return len(check(files_of(Good(text, because="")), [rule]))


@pytest.mark.parametrize(
    ("does", "count"),
    [
        ("Widget(**self.payload())", 1),
        ("Widget(**self.checked())", 0),
        ("Widget.create(**request.json)", 1),
        ("Widget.create(name=request.json['name'])", 0),
        ("Widget.query.first().change(request.json)", 1),
        ("Widget.query.first().change({'name': request.json['name']})", 0),
        ("store(db.session, request.get_json(force=True))", 1),
        ("store(db.session, data=self.payload())", 1),
        ("store(db.session, {'name': 'a'})", 0),
        ("store_valid(db.session, request.get_json())", 0),
        ("db.session.query(Widget).filter_by(id=1).update(request.json)", 1),
        ("db.session.query(Widget).filter_by(id=1).update({'name': request.json['name']})", 0),
        ("db.session.execute(update(Widget).where(Widget.id == 1).values(**request.json))", 1),
        ("db.session.execute(insert(Widget).values(request.json))", 1),
        ("db.session.execute(insert(Widget).values(name=request.json['name']))", 0),
    ],
)
def test_fields_set_through_others(does: str, count: int) -> None:
    """A body sets fields also through a helper, a mixin or a statement that takes it whole."""
    text = MODELS.replace("{decorator}", "@logged").replace("{does}", does)
    assert _count(MassAssignment, text) == count


@pytest.mark.parametrize(
    ("decorator", "does", "count"),
    [
        ("@logged", "name = self.payload()['name']", 1),
        ("@logged", "name = request.json['name']", 1),
        ("@needs('name')", "name = request.json['name']", 0),
        ("@logged", "name = self.checked()['name']", 0),
    ],
)
def test_bodies_through_others(decorator: str, does: str, count: int) -> None:
    """A body comes also out of a method of the base; a decorator may have looked at it."""
    text = MODELS.replace("{decorator}", decorator).replace("{does}", does)
    assert _count(UnvalidatedBody, text) == count


def test_a_decorator_that_looks_at_the_body_clears_assignment() -> None:
    """What a decorator of the project has judged may be set."""
    text = MODELS.replace("{does}", "Widget(**request.json)")
    assert _count(MassAssignment, text.replace("{decorator}", "@needs('name')")) == 0
    assert _count(MassAssignment, text.replace("{decorator}", "@logged")) == 1


STARLETTE = """
from starlette.applications import Starlette
from starlette.endpoints import HTTPEndpoint
from starlette.responses import JSONResponse
from starlette.routing import Route

async def create(request):
    data = await request.json()
    return JSONResponse({"id": data["id"]})

class Orders(HTTPEndpoint):
    async def post(self, request):
        data = await request.json()
        return JSONResponse({"id": data["id"]})

async def other(request):
    return (await request.json())["id"]

app = Starlette(routes=[Route("/a", create, methods=["POST"]), Route("/b", Orders)])
"""

LAMBDA = """
import json

def lambda_handler(event, context):
    data = json.loads({body})
    return {{"statusCode": 200, "body": data["id"]}}

def other(event):
    return json.loads(event["body"])["id"]
"""


def test_starlette_hands_over_requests() -> None:
    """Endpoints of Starlette are functions that routes name, and classes."""
    assert _count(UnvalidatedBody, STARLETTE) == 2


@pytest.mark.parametrize(
    ("body", "count"),
    [
        ("event['body']", 1),
        ("event.get('body')", 1),
        ("event['detail']", 0),
        ("context['body']", 0),
    ],
)
def test_the_body_of_an_event(body: str, count: int) -> None:
    """What a gateway hands to a function of AWS Lambda has the body as text."""
    assert _count(UnvalidatedBody, LAMBDA.format(body=body)) == count


FASTAPI = """
from fastapi import FastAPI
from sqlmodel import SQLModel

app = FastAPI()

class HeroIn(SQLModel):
    name: str

class Hero(HeroIn, table=True):
    secret: str

@app.post("/heroes")
def create(hero: HeroIn):
    return {made}

@app.put("/heroes")
def replace(data: dict):
    return Hero(**data).name
"""


@pytest.mark.parametrize(
    ("made", "count"), [("Hero.model_validate(hero)", 1), ("HeroIn.model_validate(hero)", 0)]
)
def test_a_class_method_gives_an_instance(made: str, count: int) -> None:
    """`model_validate` gives an instance of the class it is called on."""
    assert _count(OrmModelInResponse, FASTAPI.format(made=made)) == count


def test_one_mistake_is_told_once() -> None:
    """Where the fields of an entity are set by a client, nothing is added about the splat."""
    text = FASTAPI.format(made="{}")
    assert (_count(MassAssignment, text), _count(UnvalidatedSplat, text)) == (1, 0)


DJANGO = """
from django.db import models
from django.http import JsonResponse

class Account(models.Model):
    api_key = models.CharField(max_length=10)

def accounts(request):
    return JsonResponse({{"accounts": {rows}}})
"""


@pytest.mark.parametrize(
    ("rows", "count"),
    [
        ("list(Account.objects.values())", 1),
        ("list(Account.objects.filter(pk=1).values())", 1),
        ("list(Account.objects.values('name'))", 0),
        ("list(Account.objects.values(total=models.Count('pk')))", 0),
        ("Account.objects.count()", 0),
    ],
)
def test_rows_as_dictionaries(rows: str, count: int) -> None:
    """`values()` without names gives every column."""
    assert _count(ModelDumpInResponse, DJANGO.format(rows=rows)) == count


VIEWS = """
import json
from django.contrib.auth.decorators import login_required
from django.db import models
from django.http import JsonResponse
from django.views.decorators.http import require_POST
from rest_framework import serializers, viewsets
from rest_framework.response import Response

class Ticket(models.Model):
    title = models.CharField(max_length=10)

class TicketSerializer(serializers.ModelSerializer):
    class Meta:
        model = Ticket
        fields = "__all__"

@login_required
@require_POST
def change(request, pk):
    ticket = Ticket.objects.get(pk=pk)
    {does}
    return JsonResponse({{}})

class Tickets(viewsets.ModelViewSet):
    def create(self, request):
        {acts}
        return Response(status=201)
"""


@pytest.mark.parametrize(
    ("does", "acts", "count"),
    [
        ("for key, value in request.POST.items(): setattr(ticket, key, value)", "pass", 1),
        ("for key in request.POST: setattr(ticket, key, request.POST[key])", "pass", 1),
        ("for key in ('title',): setattr(ticket, key, request.POST[key])", "pass", 0),
        ("Ticket.objects.update_or_create(pk=pk, defaults=json.loads(request.body))", "pass", 1),
        ("Ticket.objects.get_or_create(title=request.POST['title'])", "pass", 0),
        ("pass", "Ticket.objects.create(**{**request.data, 'title': 'a'})", 1),
        ("pass", "Ticket.objects.create(**{'title': request.data['title']})", 0),
        ("pass", "data = {**request.data, 'title': 'a'}; Ticket(**data).save()", 1),
    ],
)
def test_fields_set_by_views(does: str, acts: str, count: int) -> None:
    """Loops over keys, defaults and displays of dictionaries set fields too; decorators about
    users and methods look at no body."""
    assert _count(MassAssignment, VIEWS.format(does=does, acts=acts)) == count


@pytest.mark.parametrize(
    ("acts", "count"),
    [
        ("title = request.data['title']; TicketSerializer(Ticket()).data", 1),
        ("TicketSerializer(data=request.data).is_valid(); title = request.data['title']", 0),
    ],
)
def test_serializers_that_write_check_nothing(acts: str, count: int) -> None:
    """A serializer checks only what it is given as `data`."""
    assert _count(UnvalidatedBody, VIEWS.format(does="pass", acts=acts)) == count


@pytest.mark.parametrize(
    ("annotation", "count"),
    [
        ("", 1),
        (" -> dict", 1),
        (" -> dict[str, Any]", 1),
        (" -> Any", 1),
        (" -> HeroIn", 0),
        (" -> dict[str, HeroIn]", 0),
    ],
)
def test_annotations_that_leave_everything_open(annotation: str, count: int) -> None:
    """A dictionary of anything chooses no fields."""
    made = "vars(Hero(name='a'))"
    text = FASTAPI.format(made=made).replace("(hero: HeroIn)", f"(hero: HeroIn){annotation}")
    assert _count(ModelDumpInResponse, "from typing import Any\n" + text) == count


DEPENDENCY = """
from dataclasses import asdict
from fastapi import Depends, FastAPI
from sqlalchemy import select
from sqlalchemy.orm import DeclarativeBase, MappedAsDataclass, Session
from database import get_db

app = FastAPI()

class Base(MappedAsDataclass, DeclarativeBase):
    pass

class Member(Base):
    __tablename__ = "members"

@app.get("/members/{number}")
def read(number: int, db: Session = Depends(get_db)):
    member = db.execute(select(Member).where(Member.id == number)).scalar_one()
    return asdict(member)
"""


def test_what_is_passed_may_have_come_a_long_way() -> None:
    """An argument keeps what it is when it comes out of a statement run by a dependency."""
    assert _count(ModelDumpInResponse, DEPENDENCY) == 1
