"""`sync-session-in-async-endpoint`: a coroutine answers requests with a session that blocks."""

from __future__ import annotations

from surefoot.facts.kinds import Synchronous
from surefoot.linking.effects import Effects, Way
from surefoot.linking.endpoints import Endpoints
from surefoot.linking.project import Project, full_name
from surefoot.model import Confidence, Severity
from surefoot.rule import Bad, Good, Link, Rule
from surefoot.semantics.call import LinkedCall
from surefoot.semantics.loops import blocking
from surefoot.semantics.sessions import Session, goes_through
from surefoot.semantics.summary import At

_DEEPEST = 3
_KINDS = ("database", "network")
_APART = At.ASYNC | At.LAMBDA


class SyncSessionInAsyncEndpoint(Rule):
    """A coroutine that answers requests is given a session that holds its thread.

    Each query stops the event loop: no other request of the process is answered until the
    database has replied, and one slow statement makes the whole service look dead. Frameworks
    run plain functions in threads, so the same endpoint without `async` would do no harm.

    Make the endpoint a plain `def`, or give it an asynchronous session and await its queries.
    """

    code = "SF405"
    severity = Severity.ERROR
    facts = (Synchronous,)
    examples = (
        Bad(
            """
            from fastapi import Depends, FastAPI
            from sqlmodel import Session, select
            from models import Hero, engine

            app = FastAPI()

            def get_session():
                with Session(engine) as session:
                    yield session

            @app.get("/heroes")
            async def heroes(session: Session = Depends(get_session)):
                return session.exec(select(Hero)).all()
            """
        ),
        Bad(
            """
            # file: database.py
            from sqlalchemy import create_engine
            from sqlalchemy.orm import sessionmaker

            SessionLocal = sessionmaker(create_engine("postgresql://db"))

            def get_db():
                db = SessionLocal()
                try:
                    yield db
                finally:
                    db.close()
            # file: items.py
            from fastapi import APIRouter, Depends
            from database import get_db
            from models import Item

            router = APIRouter()

            @router.get("/items")
            async def items(db=Depends(get_db)):
                return db.query(Item).all()
            """
        ),
        Bad(
            """
            # file: deps.py
            from typing import Annotated

            from fastapi import APIRouter, Depends
            from sqlalchemy.orm import Session
            from database import get_db

            router = APIRouter()
            Database = Annotated[Session, Depends(get_db)]
            # file: crud.py
            from sqlalchemy.orm import Session

            def add(db: Session, item):
                db.add(item)
                db.commit()
            # file: items.py
            import crud
            from deps import Database, router

            @router.post("/items")
            async def create(item: dict, db: Database):
                crud.add(db, item)
                return item
            """
        ),
        Bad(
            """
            from fastapi import Depends, FastAPI
            from sqlalchemy.orm import Session
            from database import get_db
            from models import User

            app = FastAPI()

            async def current_user(number: int, db: Session = Depends(get_db)):
                user = db.get(User, number)
                db.commit()
                return user

            @app.get("/me")
            async def me(user=Depends(current_user)):
                return user
            """
        ),
        Bad(
            """
            import redis
            from fastapi import Depends, FastAPI

            app = FastAPI()

            def cache():
                return redis.Redis()

            @app.get("/hits")
            async def hits(store: redis.Redis = Depends(cache)):
                return store.incr("hits")
            """
        ),
        Good(
            """
            from fastapi import Depends, FastAPI
            from sqlmodel import Session, select
            from models import Hero, get_session

            app = FastAPI()

            @app.get("/heroes")
            def heroes(session: Session = Depends(get_session)):
                return session.exec(select(Hero)).all()
            """,
            because="a plain function runs in a thread",
        ),
        Good(
            """
            from fastapi import Depends, FastAPI
            from sqlalchemy import select
            from sqlalchemy.ext.asyncio import AsyncSession
            from models import Hero, get_session

            app = FastAPI()

            @app.get("/heroes")
            async def heroes(session: AsyncSession = Depends(get_session)):
                return (await session.execute(select(Hero))).scalars().all()
            """,
            because="an asynchronous session is awaited",
        ),
        Good(
            """
            import crud
            from fastapi import Depends, FastAPI
            from fastapi.concurrency import run_in_threadpool
            from sqlalchemy.orm import Session
            from database import get_db

            app = FastAPI()

            @app.get("/items")
            async def items(db: Session = Depends(get_db)):
                return await run_in_threadpool(crud.items, db)
            """,
            because="a thread works with the session",
        ),
        Good(
            """
            # file: crud.py
            from sqlalchemy.orm import Session

            async def add(db: Session, item):
                db.add(item)
            # file: items.py
            import crud
            from fastapi import Depends, FastAPI
            from sqlalchemy.orm import Session
            from database import get_db

            app = FastAPI()

            @app.post("/items")
            async def create(item: dict, db: Session = Depends(get_db)):
                db.add(item)
                await crud.add(db, item)
            """,
            because="adding to a session sends nothing",
        ),
        Good(
            """
            from sqlalchemy.orm import Session
            from models import Hero

            async def count(session: Session):
                return session.query(Hero).count()
            """,
            because="no request is answered here; that it blocks is said by another rule",
        ),
        Good(
            """
            from fastapi import Depends, FastAPI
            from repository import Repository, provide

            app = FastAPI()

            class Session:
                def execute(self, text):
                    return text

            @app.get("/items")
            async def items(db: Session = Depends(provide)):
                return db.execute("select 1")
            """,
            because="this is another `Session`",
        ),
    )

    def link(self, project: Project) -> None:
        endpoints = Endpoints(project)
        effects = Effects(project)
        found: dict[tuple[str, str], list[tuple[LinkedCall, Session]]] = {}
        for call in project.calls:
            session = endpoints.session(call)
            if session is not None:
                function = full_name(call.module, call.function)
                found.setdefault((function, session.parameter), []).append((call, session))
        if not found:
            return
        ends = [call for call in project.calls if not call.at & _APART and _blocks(call)]
        ways = effects.ways(
            ends,
            lambda call, callee: At.ASYNC not in call.at and effects.happens_here(call, callee),
            _DEEPEST - 1,
        )
        for (function, _), uses in found.items():
            for call, session in sorted(uses, key=lambda use: use[0].place):
                if goes_through(call, session):
                    way = Way(call, None) if _blocks(call) else None
                else:
                    callee = project.target(call)
                    inner = ways.get(callee) if callee is not None else None
                    happens = callee is not None and effects.happens_here(call, callee)
                    way = Way(call, inner) if inner is not None and happens else None
                if way is not None:
                    self._report(function, session, way)
                    break

    def _report(self, function: str, session: Session, way: Way) -> None:
        call = way.call
        summary = self.project.function(function)
        start = [
            Link(call.path, summary.place, f"`{summary.qualname}` is given `{session.parameter}`")
            for summary in [summary]
            if summary is not None
        ]
        self.report(
            call,
            f"`{session.parameter}` is a synchronous {session.fact.what}: while it waits, the "
            "event loop answers no other request",
            confidence=Confidence.HIGH if way.rest is None else Confidence.MEDIUM,
            chain=[*start, *(way.links() if way.rest is not None else ())],
        )


def _blocks(call: LinkedCall) -> bool:
    fact = blocking(call)
    return fact is not None and fact.what in _KINDS
