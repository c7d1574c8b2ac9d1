"""`orm-model-in-response`: an endpoint answers with an object as the database stores it."""

from __future__ import annotations

from typing import Any

import libcst as cst

from surefoot.linking.project import Project
from surefoot.model import Severity
from surefoot.rule import Bad, Good, Rule
from surefoot.semantics.endpoint_answers import (
    answers,
    declared,
    endpoint_decorators,
    is_narrowed,
    promise_of,
)
from surefoot.semantics.entities import Stored, stored_in
from surefoot.semantics.world import World

_PLAIN = (cst.Integer, cst.SimpleString, cst.FormattedString)


class OrmModelInResponse(Rule):
    """An endpoint answers with a database model instead of a type made for its clients.

    Each column goes out: the hash of a password, internal flags, and every column that is
    added later, with no line of the endpoint changed and no test failing. Clients come to
    depend on the tables, too, so that a migration breaks them.

    Declare what the answer holds, a model of its own, and let the framework make the answer
    of it.
    """

    code = "SF701"
    severity = Severity.WARNING
    examples = (
        Bad(
            """
            from fastapi import APIRouter, Depends
            from sqlalchemy.orm import DeclarativeBase, Mapped, Session
            from database import get_db

            class Base(DeclarativeBase):
                pass

            class User(Base):
                __tablename__ = "users"
                name: Mapped[str]

            router = APIRouter()

            @router.get("/users/{number}")
            def read(number: int, db: Session = Depends(get_db)) -> User:
                return db.get(User, number)

            @router.get("/users")
            def read_all(db: Session = Depends(get_db)):
                return db.query(User).all()
            """,
            count=2,
        ),
        Bad(
            """
            # file: models.py
            from sqlmodel import Field, SQLModel

            class Hero(SQLModel):
                name: str

            class StoredHero(Hero, table=True):
                id: int | None = Field(primary_key=True)
            # file: routes.py
            from fastapi import FastAPI
            from models import Hero, StoredHero

            app = FastAPI()

            @app.get("/heroes")
            def heroes() -> list[StoredHero]: ...

            @app.get("/best", response_model=StoredHero)
            def best(): ...

            @app.get("/plain")
            def plain() -> Hero: ...
            """,
            count=2,
        ),
        Bad(
            """
            from fastapi import FastAPI
            from sqlalchemy import select
            from sqlalchemy.ext.asyncio import AsyncSession
            from sqlalchemy.orm import declarative_base

            Base = declarative_base()

            class Account(Base):
                __tablename__ = "accounts"
                hashed_password = Column(String)

            app = FastAPI()

            @app.get("/accounts")
            async def accounts(session: AsyncSession):
                found = await session.execute(select(Account).where(Account.active))
                return {"accounts": found.scalars().all(), "page": 1}
            """
        ),
        Bad(
            """
            from fastapi import FastAPI
            from tortoise.models import Model

            class Event(Model):
                pass

            app = FastAPI()

            @app.get("/events/{number}")
            async def event(number: int):
                return await Event.get(id=number)

            @app.post("/events")
            async def add():
                event = Event()
                await event.save()
                return event
            """,
            count=2,
        ),
        Good(
            """
            from fastapi import APIRouter, Depends
            from pydantic import BaseModel
            from sqlalchemy.orm import DeclarativeBase, Session
            from database import get_db

            class Base(DeclarativeBase):
                pass

            class User(Base):
                __tablename__ = "users"

            class UserOut(BaseModel):
                name: str

            router = APIRouter()

            @router.get("/users/{number}", response_model=UserOut)
            def read(number: int, db: Session = Depends(get_db)):
                return db.get(User, number)

            @router.get("/annotated/{number}")
            def annotated(number: int, db: Session = Depends(get_db)) -> UserOut:
                return db.get(User, number)

            @router.get("/converted")
            def converted(db: Session = Depends(get_db)):
                return UserOut.model_validate(db.get(User, 1))
            """,
            because="only what `UserOut` has goes out",
        ),
        Good(
            """
            from fastapi import FastAPI
            from sqlmodel import SQLModel

            class Hero(SQLModel):
                name: str

            app = FastAPI()

            @app.get("/heroes")
            def heroes() -> list[Hero]: ...
            """,
            because="without `table=True` it is a type for clients",
        ),
        Good(
            """
            from fastapi import FastAPI
            from sqlalchemy.orm import DeclarativeBase, Session

            class Base(DeclarativeBase):
                pass

            class User(Base):
                __tablename__ = "users"

            app = FastAPI()

            def load(db: Session) -> User:
                return db.get(User, 1)

            @app.get("/name")
            def name(db: Session):
                user = load(db)
                return {"name": user.name, "count": db.query(User).count()}

            @app.get("/names")
            def names(db: Session):
                return [user.name for user in db.query(User)]
            """,
            because="single columns are chosen, and `load` answers no request",
        ),
        Good(
            """
            from fastapi import FastAPI
            from sqlmodel import SQLModel

            class Hero(SQLModel, table=True):
                name: str
                secret_name: str

            app = FastAPI()

            @app.get("/hero", response_model=Hero, response_model_exclude={"secret_name"})
            def hero(): ...
            """,
            because="what must not go out is left out",
        ),
        Good(
            """
            # file: models.py
            from sqlalchemy.orm import DeclarativeBase

            class Base(DeclarativeBase):
                pass

            class User(Base):
                __tablename__ = "users"
            # file: summaries.py
            from pydantic import BaseModel
            from models import User

            class Answer(BaseModel):
                count: int

            class Summary:
                def users(self) -> list[User]:
                    return Answer(count=3)
            # file: main.py
            from fastapi import FastAPI
            from summaries import Summary

            app = FastAPI()

            @app.get("/users")
            def users():
                return Summary().users()
            """,
            because="the annotation is wrong, and `Answer` goes out",
        ),
        Good(
            """
            from flask import Flask, render_template
            from flask_sqlalchemy import SQLAlchemy

            app = Flask(__name__)
            db = SQLAlchemy(app)

            class User(db.Model):
                pass

            @app.route("/users")
            def users():
                return render_template("users.html", users=User.query.all())
            """,
            because="a template chooses what it shows",
        ),
    )

    def visit_FunctionDef(self, node: cst.FunctionDef) -> None:
        if self.file.once(endpoint_decorators, node):
            self.note(node, promise_of(self.file, node), None)

    def visit_Return(self, node: cst.Return) -> None:
        if node.value is None or isinstance(node.value, _PLAIN):
            return
        function = self.file.function(node)
        if function is None or not self.file.once(endpoint_decorators, function):
            return
        symbol = self.file.symbol(node.value)
        if symbol is not None:
            self.note(node.value, promise_of(self.file, function), symbol)

    def link(self, project: Project) -> None:
        for examination, note in project.notes(self.name):
            promise, returned = note.data
            stored = self._stored(promise, returned)
            if stored is not None:
                assert isinstance(promise, tuple)
                self.report(
                    note,
                    f"`{promise[0]}` answers with the {stored.what} `{stored.shown}`: all its "
                    f"fields go to the client{stored.remark}",
                    path=examination.path,
                    severity=Severity.ERROR if stored.secrets else None,
                )

    def _stored(self, promise: Any, returned: Any) -> Stored | None:
        """The entity that an endpoint declares, or returns without declaring anything."""
        world = self.project.world
        known = answers(world, promise[1])
        if known is None or is_narrowed(*known):
            return None
        given = declared(world, *known, *promise[2:])
        if returned is None:
            return stored_in(world, given[0]) if given is not None else None
        if given is not None or _makes_another(world, returned):
            return None
        return stored_in(world, world.value(returned))


def _makes_another(world: World, symbol: Any) -> bool:
    """Whether the function called makes, whatever its annotation says, no entity."""
    while symbol is not None and symbol[0] == "w":
        symbol = symbol[1]
    name = world.target(symbol) if symbol is not None and symbol[0] == "c" else None
    function = world.function(name) if name is not None else None
    match function.returns if function is not None else None:
        case ("A", _, made):
            value = world.value(made)
            known = value is not None and value[0] == "i" and world.cls(value[1]) is not None
            return known and stored_in(world, value) is None
    return False
