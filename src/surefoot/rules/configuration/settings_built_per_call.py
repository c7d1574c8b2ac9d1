"""`settings-built-per-call`: a settings model is made anew for every request."""

from __future__ import annotations

from surefoot.facts.kinds import Settings
from surefoot.linking.phases import LATE, Phases
from surefoot.linking.project import Project, full_name
from surefoot.model import Severity
from surefoot.rule import Bad, Good, Rule
from surefoot.semantics.file import is_test_path

_CACHES = ("functools.lru_cache", "functools.cache", "async_lru.alru_cache", "cachetools.cached")


class SettingsBuiltPerCall(Rule):
    """A settings model is made anew for every request or job.

    Each time the environment and the `.env` file are read and validated again; a missing
    variable fails requests instead of the start, and a file that changes on disk changes the
    service between two requests. Make it once, at start-up or in a cached function.
    """

    code = "SF605"
    severity = Severity.WARNING
    examples = (
        Bad(
            """
            from pydantic_settings import BaseSettings
            from fastapi import FastAPI

            class Settings(BaseSettings):
                dsn: str

            app = FastAPI()

            @app.get("/x")
            def x():
                return Settings().dsn
            """
        ),
        Bad(
            """
            # file: conf.py
            from pydantic_settings import BaseSettings

            class Settings(BaseSettings):
                dsn: str
            # file: views.py
            from fastapi import APIRouter, Depends
            from conf import Settings

            router = APIRouter()

            def settings() -> Settings:
                return Settings()

            @router.get("/x")
            def x(known: Settings = Depends(settings)):
                return known.dsn
            """
        ),
        Bad(
            """
            from celery import shared_task
            from pydantic import BaseSettings

            class Base(BaseSettings):
                region: str

            class MailSettings(Base):
                host: str

            @shared_task
            def send():
                return MailSettings().host
            """
        ),
        Bad(
            """
            from fastapi import FastAPI
            from pydantic_settings import BaseSettings

            class Settings(BaseSettings):
                dsn: str

            app = FastAPI()

            @app.post("/y")
            async def y(payload: dict):
                settings = Settings()
                return settings.dsn
            """
        ),
        Good(
            """
            from pydantic_settings import BaseSettings
            from fastapi import FastAPI

            class Settings(BaseSettings):
                dsn: str

            settings = Settings()
            app = FastAPI()

            @app.get("/x")
            def x():
                return settings.dsn
            """,
            because="made once, at import",
        ),
        Good(
            """
            from functools import lru_cache
            from pydantic_settings import BaseSettings
            from fastapi import Depends, FastAPI

            class Settings(BaseSettings):
                dsn: str

            @lru_cache
            def settings():
                return Settings()

            app = FastAPI()

            @app.get("/x")
            def x(known=Depends(settings)):
                return known.dsn
            """,
            because="the function is cached",
        ),
        Good(
            """
            from pydantic_settings import BaseSettings
            from fastapi import FastAPI

            class Limits(BaseSettings):
                rate: int = 10

            app = FastAPI()

            @app.get("/x")
            def x(rate: int):
                return Limits(rate=rate).rate
            """,
            because="it is made of the request",
        ),
        Good(
            """
            from pydantic import BaseModel
            from fastapi import FastAPI

            class Answer(BaseModel):
                dsn: str = ""

            app = FastAPI()

            @app.get("/x")
            def x():
                return Answer()
            """,
            because="a plain model reads nothing",
        ),
        Good(
            """
            import click
            from pydantic_settings import BaseSettings

            class Settings(BaseSettings):
                dsn: str

            @click.command()
            def migrate():
                print(Settings().dsn)
            """,
            because="a command starts when it is called",
        ),
        Good(
            """
            from contextlib import asynccontextmanager
            from fastapi import FastAPI
            from pydantic_settings import BaseSettings

            class Settings(BaseSettings):
                dsn: str

            @asynccontextmanager
            async def lifespan(app):
                app.state.settings = Settings()
                yield

            app = FastAPI(lifespan=lifespan)
            """,
            because="made while the service starts",
        ),
    )

    def link(self, project: Project) -> None:
        phases = Phases(project)
        for call in project.calls:
            if not call.function or is_test_path(call.path):
                continue
            function = full_name(call.module, call.function)
            role = phases.role(function)
            if role is None or call.name is None or project.world.cls(call.name) is None:
                continue
            if call.fact(Settings) is None or call.symbol is None or call.symbol[2]:
                continue
            summary = project.function(function)
            if summary is None or project.world.decorated(summary, _CACHES):
                continue
            shown, name = call.name.rpartition(".")[2], call.function.rpartition(".")[2]
            self.report(
                call, f"`{shown}` reads the environment again each time `{name}` {LATE[role]}"
            )
