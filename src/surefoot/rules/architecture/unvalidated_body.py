"""`unvalidated-body`: a handler takes fields from what a client sent without a look at it."""

from __future__ import annotations

import re
from typing import Any

import libcst as cst

from surefoot.linking.project import Project
from surefoot.linking.requests import bodies, is_caught_outside, is_judged_before
from surefoot.model import Severity
from surefoot.rule import Bad, Good, Rule
from surefoot.semantics.endpoint_answers import answers, endpoint_decorators
from surefoot.semantics.file import File
from surefoot.semantics.handlers import inside, spelling
from surefoot.semantics.raw_bodies import (
    dictionary_parameter,
    is_checked_before,
    is_looked_at,
    judging_decorator,
)
from surefoot.semantics.summary import At

_BODIES = (cst.Await, cst.Attribute, cst.Call, cst.Name)
_VALIDATES = re.compile(r"(?i)\w*(valid|schema|require|serializ)\w*")
_HANDLES_ERRORS = frozenset({"app_errorhandler", "errorhandler", "exception_handler", "exception"})
_SYMBOLS = frozenset({"a", "c", "n", "u", "w"})


class UnvalidatedBody(Rule):
    """A handler takes fields out of a request's JSON without knowing that they are there.

    A client that leaves one out gets an internal error instead of being told what is missing,
    the alarm for server errors rings for a mistake of somebody else's, and a number that comes
    as text goes on into the service until something far away fails.

    Check the body against a schema where it comes in, or answer 400 when a field is missing.
    """

    code = "SF706"
    severity = Severity.WARNING
    examples = (
        Bad(
            """
            from flask import Flask, request

            app = Flask(__name__)

            @app.post("/v")
            def double():
                return {"n": request.json["n"] * 2}

            @app.post("/w")
            def add():
                data = request.get_json()
                total = data["a"] + data["b"]
                return {"n": total}
            """,
            count=2,
        ),
        Bad(
            """
            from aiohttp import web
            from fastapi import FastAPI, Request

            routes = web.RouteTableDef()
            app = FastAPI()

            @routes.post("/orders")
            async def order(request):
                body = await request.json()
                return web.json_response({"id": body["id"]})

            @app.post("/orders")
            async def other(request: Request):
                return {"id": (await request.json())["id"]}

            @app.post("/plain")
            def plain(data: dict):
                return data["id"]
            """,
            count=3,
        ),
        Bad(
            """
            import json
            from django.http import JsonResponse
            from django.views import View
            from rest_framework.decorators import api_view

            class Rename(View):
                def post(self, request):
                    data = json.loads(request.body)
                    return JsonResponse({"name": data["name"]})

            @api_view(["POST"])
            def rename(request):
                return request.data["name"]
            """,
            count=2,
        ),
        Good(
            """
            from flask import Flask, abort, request

            app = Flask(__name__)

            @app.post("/w")
            def tested():
                d = request.get_json()
                if "n" not in d:
                    abort(400)
                return {"n": d["n"]}

            @app.post("/x")
            def caught():
                try:
                    return {"n": request.json["n"]}
                except KeyError:
                    abort(400)

            @app.post("/y")
            def all_of_them():
                data = request.get_json()
                missing = [name for name in ("a", "b") if name not in data]
                return {"missing": missing} if missing else {"a": data["a"]}

            @app.post("/z")
            def direct():
                if not request.json or "n" not in request.json:
                    abort(400)
                return {"n": request.json["n"]}

            @app.post("/got")
            def got():
                if request.json.get("n"):
                    return {"n": request.json["n"]}
                return {}
            """,
            because="a field that is missing is noticed",
        ),
        Good(
            """
            import jsonschema
            from flask import Flask, request
            from pydantic import BaseModel
            from forms import SCHEMA, takes_json_schema

            app = Flask(__name__)

            class In(BaseModel):
                n: int

            @app.post("/a")
            def modelled():
                data = In.model_validate(request.get_json())
                return {"n": data.n}

            @app.post("/b")
            def checked():
                data = request.get_json()
                jsonschema.validate(data, SCHEMA)
                return {"n": data["n"]}

            @app.post("/c")
            @takes_json_schema(SCHEMA)
            def decorated():
                return {"n": request.json["n"]}
            """,
            because="a schema has been there first",
        ),
        Good(
            """
            from rest_framework.response import Response
            from rest_framework.views import APIView

            class Hook(APIView):
                def identifier(self, request):
                    return request.data["payload"]["id"]

                def post(self, request):
                    try:
                        number = self.identifier(request)
                    except Exception:
                        return Response(status=400)
                    return Response(number)
            """,
            because="whoever calls the method catches that it fails",
        ),
        Good(
            """
            from flask import Flask, request

            app = Flask(__name__)

            @app.errorhandler(KeyError)
            def missing(error):
                return {"missing": str(error)}, 400

            @app.post("/v")
            def double():
                return {"n": request.json["n"] * 2}
            """,
            because="a missing field is answered in one place",
        ),
        Good(
            """
            from flask import Flask, request
            from fastapi import FastAPI
            from pydantic import BaseModel

            app = Flask(__name__)
            api = FastAPI()

            class In(BaseModel):
                n: int

            @app.post("/form")
            def form():
                return {"n": request.form["n"], "header": request.headers["Accept"]}

            @api.post("/v")
            def double(body: In, extra: dict[str, int]):
                extra["n"] = body.n
                return extra

            def plain(data: dict):
                return data["n"]
            """,
            because="a form answers 400 by itself, a model is checked, `plain` is sent nothing",
        ),
    )

    def visit_FunctionDef(self, node: cst.FunctionDef) -> None:
        judging = judging_decorator(self.file, node)
        if judging is not None:
            self.note(node, "judging", judging, ())
        for item in node.decorators:
            match item.decorator:
                case cst.Call(
                    func=cst.Attribute(attr=cst.Name(value=name)), args=[cst.Arg(value=caught), *_]
                ) if name in _HANDLES_ERRORS:
                    if self.file.name(caught) in ("builtins.KeyError", "builtins.LookupError"):
                        self.note(node, "answered", None, ())

    def visit_Subscript(self, node: cst.Subscript) -> None:
        if not isinstance(node.value, _BODIES) or not self.file.once(
            _serves, self.file.tree.module
        ):
            return
        match node.slice:
            case [cst.SubscriptElement(slice=cst.Index(value=cst.SimpleString()))]:
                pass
            case _:
                return
        function = self.file.function(node)
        if function is None or isinstance(self.file.parent(node), (cst.AssignTarget, cst.Del)):
            return
        owner = dictionary_parameter(self.file, node.value)
        decorators = self.file.once(endpoint_decorators, owner) if owner is not None else ()
        symbol = self.file.symbol(node.value)
        if not decorators and (symbol is None or symbol[0] not in _SYMBOLS):
            return
        if At.GUARDED in self.file.at(node) or self._is_judged(function, node.value):
            return
        self.note(node, spelling(self.file, node.value), symbol, decorators)

    def _is_judged(self, function: cst.FunctionDef, body: cst.BaseExpression) -> bool:
        return (
            is_looked_at(self.file, body, body)
            or is_checked_before(function)
            or self.file.once(_validates, function)
            or spelling(self.file, body) in self.file.once(_asked, function)
        )

    def link(self, project: Project) -> None:
        notes = list(project.notes(self.name))
        if any(note.data[0] == "answered" for _, note in notes):
            return
        judging = frozenset(str(note.data[1]) for _, note in notes if note.data[0] == "judging")
        sent = bodies(project)
        seen: set[tuple[str, str, object]] = set()
        for examination, note in notes:
            spelt, symbol, decorators = note.data
            key = (examination.path, note.scope, spelt)
            if key in seen or not self._is_sent(sent, symbol, decorators):
                continue
            seen.add(key)
            if is_judged_before(project, examination.path, note.scope, judging):
                continue
            if is_caught_outside(project, examination.path, note.scope):
                continue
            name = note.scope.rpartition(".")[2]
            self.report(
                note,
                f"`{name}` fails with an internal error when a client leaves this field out",
                path=examination.path,
            )

    def _is_sent(self, sent: Any, symbol: Any, decorators: Any) -> bool:
        if decorators and answers(self.project.world, decorators) is not None:
            return True
        body = sent.of(symbol)
        return body is not None and body.form == "json"


def _serves(file: File, module: cst.Module) -> bool:
    """Whether a file has anything to do with requests, as far as a quick look tells."""
    return any(word in file.text for word in ("req", "dict", "event"))


def _validates(file: File, function: cst.FunctionDef) -> bool:
    """Whether a function calls anything that, by its name, validates."""
    for node in inside([function.body]):
        match node:
            case (
                cst.Call(func=cst.Name(value=name))
                | cst.Call(func=cst.Attribute(attr=cst.Name(value=name)))
            ) if _VALIDATES.fullmatch(name):
                if "erializ" not in name or any(map(_is_data, node.args)):
                    return True
    return False


def _is_data(argument: cst.Arg) -> bool:
    """Whether an argument is what a serializer is to check, and not what it is to write."""
    return argument.keyword is not None and argument.keyword.value == "data"


def _asked(file: File, function: cst.FunctionDef) -> frozenset[str]:
    """The spellings of what a function asks for a field by `get`."""
    return frozenset(
        spelling(file, node.func.value)
        for node in inside([function.body])
        if isinstance(node, cst.Call)
        and isinstance(node.func, cst.Attribute)
        and node.func.attr.value == "get"
    )
