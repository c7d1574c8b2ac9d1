"""Tests of the rules on what crosses the borders of a service."""

from __future__ import annotations

import textwrap

import pytest

from surefoot.model import Confidence, Severity
from surefoot.rules.architecture.hidden_global_effect import HiddenGlobalEffect
from surefoot.rules.architecture.import_time_side_effect import ImportTimeSideEffect
from surefoot.rules.architecture.io_in_pure_function import IoInPureFunction
from surefoot.rules.architecture.mass_assignment import MassAssignment
from surefoot.rules.architecture.model_dump_in_response import ModelDumpInResponse
from surefoot.rules.architecture.orm_model_in_response import OrmModelInResponse
from surefoot.rules.architecture.unvalidated_body import UnvalidatedBody
from surefoot.rules.architecture.unvalidated_response_index import UnvalidatedResponseIndex
from tests.checking import check

SQLALCHEMY = """
from fastapi import FastAPI
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import DeclarativeBase, Mapped, Session

app = FastAPI()

class Base(DeclarativeBase):
    pass

class User(Base):
    __tablename__ = "users"
    name: Mapped[str]

@app.get("/users")
async def users(db: Session, later: AsyncSession):
    return {answer}
"""


@pytest.mark.parametrize(
    ("answer", "count"),
    [
        ("db.get(User, 1)", 1),
        ("db.query(User).filter_by(name='a').order_by(User.name).first()", 1),
        ("db.query(User).all()", 1),
        ("[user for user in db.query(User)]", 1),
        ("list(db.scalars(select(User)))", 1),
        ("db.scalars(select(User)).unique().one()", 1),
        ("db.execute(select(User).limit(3)).scalars().all()", 1),
        ("db.scalars(select(User)).all()[0]", 1),
        ("(await later.execute(select(User))).scalar_one_or_none()", 1),
        ("await later.get(User, 1)", 1),
        ("(await later.scalars(select(User))).all()", 1),
        ("{'user': db.get(User, 1), 'page': 1}", 1),
        ("db.query(User.name).all()", 0),
        ("db.query(User, User.name).all()", 0),
        ("db.query(User).with_entities(User.name).all()", 0),
        ("db.query(User).count()", 0),
        ("db.scalars(select(User.name)).all()", 0),
        ("[user.name for user in db.query(User)]", 0),
        ("{'name': db.get(User, 1).name}", 0),
        ("db.execute(select(User.id, User.name)).all()", 0),
    ],
)
def test_what_queries_find(answer: str, count: int) -> None:
    """Entities are followed through queries and results; single columns are none."""
    code = SQLALCHEMY.format(answer=answer)
    assert len(check({"api.py": code}, [OrmModelInResponse])) == count


@pytest.mark.parametrize(
    ("setup", "base", "answer"),
    [
        ("from django.db import models", "models.Model", "{name}.objects.filter(a=1).first()"),
        ("from django.db import models", "models.Model", "{name}.objects.get(pk=1)"),
        (
            "from django.db import models\nfrom django.shortcuts import get_object_or_404",
            "models.Model",
            "get_object_or_404({name}, pk=1)",
        ),
        ("import peewee", "peewee.Model", "{name}.select().where(a=1).first()"),
        (
            "from django.db import models\n\nclass Finder(models.Manager):\n    pass",
            "models.Model):\n    objects = Finder()\n\nclass Other(object",
            "{name}.objects.filter(a=1).first()",
        ),
        ("import peewee", "peewee.Model", "{name}.get_by_id(1)"),
        ("from tortoise.models import Model", "Model", "await {name}.filter(a=1).first()"),
        ("from tortoise import Model", "Model", "await {name}.all()"),
        ("import mongoengine", "mongoengine.Document", "{name}.objects(a=1).first()"),
        ("from beanie import Document", "Document", "await {name}.find_one()"),
        ("from beanie import Document", "Document", "await {name}.find(a=1).to_list()"),
        (
            "from flask_sqlalchemy import SQLAlchemy\ndb = SQLAlchemy()",
            "db.Model",
            "{name}.query.filter_by(a=1).first_or_404()",
        ),
        (
            "from flask_sqlalchemy import SQLAlchemy\ndb = SQLAlchemy()",
            "db.Model",
            "db.session.get({name}, 1)",
        ),
        ("from pony.orm import Database\ndb = Database()", "db.Entity", "{name}.get(id=1)"),
        ("from pynamodb.models import Model", "Model", "{name}.get('1')"),
        (
            "from odmantic import AIOEngine, Model\nengine = AIOEngine()",
            "Model",
            "await engine.find_one({name})",
        ),
        ("from piccolo.table import Table", "Table", "{name}()"),
    ],
)
def test_every_mapper_is_known(setup: str, base: str, answer: str) -> None:
    """The models of all object mappers are followed from their queries to the answer."""
    code = (
        f"from fastapi import FastAPI\n{setup}\napp = FastAPI()\n\nclass Thing({base}):\n    pass\n"
        f"\n@app.get('/')\nasync def thing():\n    return {answer.format(name='Thing')}\n"
    )
    assert len(check({"api.py": code}, [OrmModelInResponse])) == 1


@pytest.mark.parametrize(
    ("field", "severity"),
    [
        ("password", Severity.ERROR),
        ("hashed_password", Severity.ERROR),
        ("api_key", Severity.ERROR),
        ("access_token", Severity.ERROR),
        ("password_salt", Severity.ERROR),
        ("tokens_used", Severity.WARNING),
        ("password_changed_at", Severity.WARNING),
        ("name", Severity.WARNING),
    ],
)
def test_secrets_make_it_an_error(field: str, severity: Severity) -> None:
    """A field that by its name is a secret raises the severity; what only speaks of one does
    not."""
    code = SQLALCHEMY.format(answer="db.get(User, 1)").replace("name: Mapped", f"{field}: Mapped")
    (found,) = check({"api.py": code}, [OrmModelInResponse])
    assert found.severity is severity
    assert (f"`{field}`" in found.message) == (severity is Severity.ERROR)


@pytest.mark.parametrize(
    ("decorator", "annotation", "count"),
    [
        ("@app.get('/')", "", 1),
        ("@app.get('/', response_model=None)", "", 1),
        ("@app.get('/', response_model=None)", " -> Out", 1),
        ("@app.get('/', response_model=Out)", "", 0),
        ("@app.get('/')", " -> Out", 0),
        ("@app.get('/')", " -> list[Out]", 0),
        ("@app.get('/', response_model_exclude={'name'})", "", 0),
        ("@app.get('/', **OPTIONS)", "", 0),
        ("@other.get('/')", "", 0),
    ],
)
def test_what_an_endpoint_declares(decorator: str, annotation: str, count: int) -> None:
    """What is declared is what goes out; where nothing is, everything goes."""
    code = SQLALCHEMY.format(answer="db.get(User, 1)").replace('@app.get("/users")', decorator)
    code = code.replace("later: AsyncSession)", f"later: AsyncSession){annotation}")
    code = code.replace("class Base", "class Out:\n    name: str\n\nclass Base")
    assert len(check({"api.py": code}, [OrmModelInResponse])) == count


JSON_BODY = """
import json
from flask import Flask, abort, request

app = Flask(__name__)

@app.post("/orders")
def order():
{body}
"""


@pytest.mark.parametrize(
    ("body", "count"),
    [
        ("return request.json['n']", 1),
        ("return request.get_json(force=True)['n']", 1),
        ("return json.loads(request.data)['n']", 1),
        ("return json.loads(request.get_data().decode())['n']", 1),
        ("data = request.get_json() or {}\nreturn data['n']", 1),
        ("data = request.json\nreturn data['user']['name'], data['id']", 1),
        ("item = request.json['items']\nreturn item", 1),
        ("data = dict(request.json)\nreturn data['n']", 1),
        ("return request.json.get('n')", 0),
        ("return request.form['n']", 0),
        ("return request.headers['n']", 0),
        ("data = request.json\ndata['n'] = 1\nreturn data", 0),
        (
            "data = request.json\nif 'n' not in data:\n    abort(400)\nreturn data['n']",
            0,
        ),
        ("data = request.json\ncheck_order(data)\nreturn data['n']", 0),
        ("data = Order.load(request.json)\nreturn data['n']", 0),
        ("validate_order()\nreturn request.json['n']", 0),
        ("data = request.json\nif set(data) != {'n'}:\n    abort(400)\nreturn data['n']", 0),
        ("try:\n    return request.json['n']\nexcept LookupError:\n    abort(400)", 0),
    ],
)
def test_bodies_that_are_indexed(body: str, count: int) -> None:
    """A field is missed where nothing has looked at the body before."""
    code = JSON_BODY.format(body=textwrap.indent(body, "    "))
    assert len(check({"views.py": code}, [UnvalidatedBody])) == count


@pytest.mark.parametrize(
    ("body", "count"),
    [
        ("User(**request.json)", 1),
        ("User(**request.form.to_dict())", 1),
        ("User(**request.json['user'])", 1),
        ("User(active=True, **request.json)", 1),
        ("data = request.get_json()\nUser(**data)", 1),
        ("data = request.get_json()\ndata.pop('is_admin', None)\nUser(**data)", 0),
        ("data = schema.load(request.get_json())\nUser(**data)", 0),
        ("User(**{'name': request.json['name']})", 0),
        ("user = User.query.get(1)\nfor k, v in request.json.items():\n    setattr(user, k, v)", 1),
        (
            (
                "user = User.query.get(1)\nfor k, v in request.json.items():\n"
                "    if hasattr(user, k):\n        setattr(user, k, v)"
            ),
            1,
        ),
        (
            (
                "user = User.query.get(1)\nfor k, v in request.json.items():\n"
                "    if k in ('name',):\n        setattr(user, k, v)"
            ),
            0,
        ),
        (
            (
                "user = User.query.get(1)\nfor k, v in request.json.items():\n"
                "    if k not in FIELDS:\n        continue\n    setattr(user, k, v)"
            ),
            0,
        ),
        ("for k, v in request.json.items():\n    setattr(options, k, v)", 0),
    ],
)
def test_fields_that_a_client_sets(body: str, count: int) -> None:
    """Only entities are reported, and only where nobody chooses the fields."""
    code = JSON_BODY.format(body=textwrap.indent(body, "    ")) + (
        "\nfrom flask_sqlalchemy import SQLAlchemy\ndb = SQLAlchemy(app)\n"
        "\nclass User(db.Model):\n    name = db.Column(db.String)\n"
    )
    assert len(check({"views.py": code}, [MassAssignment])) == count


@pytest.mark.parametrize(
    ("method", "count"),
    [
        ("{c.name: getattr(self, c.name) for c in self.__table__.columns}", 1),
        ("dict(self.__dict__)", 1),
        ("vars(self)", 1),
        ("{'name': self.name}", 0),
        ("{k: v for k, v in vars(self).items() if not k.startswith('_')}", 0),
    ],
)
def test_methods_that_dump(method: str, count: int) -> None:
    """A method that goes over all fields dumps; one that names or chooses them does not."""
    files = {
        "models.py": (
            "from flask_sqlalchemy import SQLAlchemy\ndb = SQLAlchemy()\n\nclass User(db.Model):\n"
            f"    name = db.Column(db.String)\n\n    def to_dict(self):\n        return {method}\n"
        ),
        "views.py": (
            "from flask import Flask, jsonify\nfrom models import User\napp = Flask(__name__)\n\n"
            "@app.get('/')\ndef user():\n    return jsonify(user=1, users=2), jsonify("
            "[u.to_dict() for u in User.query.all()])\n"
        ),
    }
    assert len(check(files, [ModelDumpInResponse])) == count


def test_one_import_is_one_finding() -> None:
    """A module that does the same thing several times is reported once, where it begins."""
    files = {
        "rates.py": (
            "import requests\nA = requests.get('https://a', timeout=1)\n"
            "B = requests.get('https://b', timeout=1)\n"
        ),
        "app.py": "import rates\n",
    }
    (found,) = check(files, [ImportTimeSideEffect])
    assert (found.path, found.span.line, found.confidence) == ("rates.py", 2, Confidence.HIGH)


def test_import_that_asks_for_the_version() -> None:
    """A program whose failure is caught makes the import wait, and hardly that."""
    code = (
        "import subprocess\ntry:\n    COMMIT = subprocess.check_output(['git', 'log', '-1'])\n"
        "except Exception:\n    COMMIT = b''\n"
    )
    (found,) = check({"version.py": code, "app.py": "import version\n"}, [ImportTimeSideEffect])
    assert found.confidence is Confidence.LOW
    assert found.message.endswith("is imported: whoever needs a name of it waits")


def test_import_through_functions_has_a_chain() -> None:
    """What an import ends in is told step by step, with less confidence."""
    files = {
        "remote.py": (
            "import requests\n\ndef load():\n    return requests.get('https://a', timeout=1)\n\n"
            "def config():\n    return load().json()\n"
        ),
        "rates.py": "from remote import config\nRATES = config()\n",
        "app.py": "import rates\n",
    }
    (found,) = check(files, [ImportTimeSideEffect])
    assert (found.path, found.confidence) == ("rates.py", Confidence.MEDIUM)
    assert [(step.path, step.line) for step in found.chain] == [
        ("rates.py", 2),
        ("remote.py", 7),
        ("remote.py", 4),
    ]


@pytest.mark.parametrize(
    ("head", "count"),
    [
        ("def compute_total(order):", 1),
        ("def _normalize(order):", 1),
        ("def compute_total(client, order):", 0),
        ("def compute_and_save(order):", 0),
        ("def total(order):", 0),
        ("def format_url(order):", 0),
    ],
)
def test_names_that_promise(head: str, count: int) -> None:
    """A name that says more than computing, or a client handed over, promises nothing."""
    code = f"import requests\n\n{head}\n    return requests.get('https://a', timeout=1).json()\n"
    assert len(check({"prices.py": code}, [IoInPureFunction])) == count


def test_one_cause_is_one_finding() -> None:
    """Modules that reach the same call on import through one function are reported once."""
    files = {
        "remote.py": (
            "import requests\n\ndef load(name):\n"
            "    return requests.get('https://a', timeout=1).json()[name]\n"
        ),
        "prices.py": "from remote import load\nPRICES = load('prices')\n",
        "rates.py": "from remote import load\nRATES = load('rates')\n",
        "app.py": "import prices\nimport rates\n",
    }
    (found,) = check(files, [ImportTimeSideEffect])
    assert found.path == "prices.py"


def test_cached_answers_are_doubtful() -> None:
    """Keeping an answer may be what was meant: shown only when asked for."""
    code = (
        "import functools\nimport requests\n\n@functools.cache\ndef rate(currency):\n"
        "    return requests.get('https://a', timeout=1).json()\n"
    )
    (found,) = check({"rates.py": code}, [IoInPureFunction])
    assert found.confidence is Confidence.LOW


@pytest.mark.parametrize(
    ("body", "count"),
    [
        ("return requests.get(u, timeout=1).json()['a']['b']", 1),
        ("d = requests.get(u, timeout=1).json()\nreturn d['a'][0], d['c'][0]", 1),
        ("d = requests.get(u, timeout=1).json()\nreturn d['a']", 0),
        ("d = requests.get(u, timeout=1).json()\nreturn d[u]['b']", 0),
        ("d = requests.get(u, timeout=1).json()\nreturn d.get('a') and d['a']['b']", 0),
        ("d = requests.get(u, timeout=1).json()\ncheck_answer(d)\nreturn d['a']['b']", 0),
        ("d = requests.get(u, timeout=1).json()\nd['a']['b'] = 1", 0),
    ],
)
def test_answers_that_are_indexed(body: str, count: int) -> None:
    """Two levels deep, on trust, is reported once for each answer."""
    code = f"import requests\n\ndef load(u):\n{textwrap.indent(body, '    ')}\n"
    assert len(check({"client.py": code}, [UnvalidatedResponseIndex])) == count


def test_a_global_that_is_only_read() -> None:
    """`global` alone changes nothing."""
    code = "rate = 1\n\ndef convert(amount):\n    global rate\n    return amount * rate\n"
    assert check({"prices.py": code}, [HiddenGlobalEffect]) == []
