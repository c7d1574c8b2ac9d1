"""`unbounded-cache`: what was once asked for is remembered for ever."""

from __future__ import annotations

import libcst as cst

from surefoot.linking.project import Project, full_name
from surefoot.linking.traffic import busy
from surefoot.model import Confidence, Severity
from surefoot.rule import Bad, Good, Rule
from surefoot.semantics.growing import growing
from surefoot.semantics.literals import is_verdict

_FEW = ("bool", "Literal", "Enum", "type[", "Type[")


class UnboundedCache(Rule):
    """A cache keeps an entry for every input it ever saw, and nothing takes one out.

    It grows with the traffic until the process is killed for its memory, days after the release
    that brought it. `lru_cache(maxsize=None)` on a method keeps the objects alive as well. Give
    the cache a size, or entries a time to live. Where no request handler or job is seen to fill
    it, the finding is of low confidence.
    """

    code = "SF306"
    severity = Severity.WARNING
    default = False
    confidence = Confidence.MEDIUM
    examples = (
        Bad(
            """
            # file: prices.py
            def load_price(item):
                return ask(item)
            # file: api.py
            from fastapi import FastAPI
            from prices import load_price

            app = FastAPI()
            _prices = {}

            @app.get("/price/{item}")
            def price(item: str):
                if item not in _prices:
                    _prices[item] = load_price(item)
                return _prices[item]
            """
        ),
        Bad(
            """
            # file: rates.py
            class Rates:
                _known = {}

                def rate(self, customer):
                    known = self._known.get(customer)
                    if known is None:
                        known = self._known[customer] = self.load(customer)
                    return known
            # file: api.py
            from flask import Flask
            from rates import Rates

            app = Flask(__name__)

            @app.route("/rate/<customer>")
            def show(customer):
                return Rates().rate(customer)
            """
        ),
        Bad(
            """
            import functools

            class Prices:
                def __init__(self, client):
                    self.client = client

                @functools.lru_cache(maxsize=None)
                def price(self, item: str):
                    return self.client.price(item)
            """
        ),
        Good(
            """
            from fastapi import FastAPI

            app = FastAPI()
            _prices = {}
            _rates = {}

            @app.get("/price/{item}")
            def price(item: str):
                if item not in _prices:
                    if len(_prices) > 1000:
                        _prices.clear()
                    _prices[item] = load_price(item)
                return _prices[item]

            @app.get("/rate/{item}")
            def rate(item: str):
                if item not in _rates:
                    _rates[item] = load_rate(item)
                return _rates[item]

            def forget(item):
                _rates.pop(item, None)
            """,
            because="entries are taken out",
        ),
        Good(
            """
            from fastapi import FastAPI

            app = FastAPI()
            HANDLERS = {}

            def register(name, handler):
                HANDLERS[name] = handler

            @app.get("/handle/{name}")
            def handle(name: str):
                return HANDLERS[name]()
            """,
            because="a registry gets what it is given, not what it computes",
        ),
        Bad(
            """
            from fastapi import FastAPI

            app = FastAPI()

            class Deliveries:
                seen = set()

            @app.post("/events/{event}")
            def receive(event: str):
                if event in Deliveries.seen:
                    return "known"
                Deliveries.seen.add(event)
                return handle(event)
            """
        ),
        Good(
            """
            from fastapi import FastAPI

            app = FastAPI()
            running = set()

            @app.post("/jobs/{job}")
            def run(job: str):
                if job in running:
                    return "runs"
                running.add(job)
                try:
                    return work(job)
                finally:
                    running.discard(job)
            """,
            because="what is put in is taken out again",
        ),
        Good(
            """
            from fastapi import FastAPI

            app = FastAPI()
            _serializers = {}

            @app.get("/show")
            def show(item: Item):
                cls = item.__class__
                if cls not in _serializers:
                    _serializers[cls] = make_serializer(cls)
                return _serializers[cls](item)
            """,
            because="there are only so many classes",
        ),
        Good(
            """
            import logging
            from fastapi import FastAPI

            app = FastAPI()
            _loggers = {}

            def get_logger(name):
                if name not in _loggers:
                    _loggers[name] = logging.getLogger(name)
                return _loggers[name]

            @app.get("/show")
            def show(item: str):
                get_logger(__name__).info(item)
            """,
            because="there are only so many loggers",
        ),
        Good(
            """
            import functools

            class Prices:
                @functools.lru_cache(maxsize=128)
                def price(self, item: str):
                    return self.client.price(item)

                @functools.cache
                def all(self):
                    return self.client.all()

                @functools.cache
                def total(self, with_tax: bool, rounded=False):
                    return self.client.total(with_tax, rounded)

                @functools.cache
                def rate(self, currency):
                    return self.client.rate(currency)

                def forget(self):
                    self.rate.cache_clear()

            @functools.cache
            def settings():
                return read_settings()
            """,
            because="it has a size, few entries for each object, or is cleared",
        ),
    )

    def visit_FunctionDef(self, node: cst.FunctionDef) -> None:
        """Look for methods that remember every argument they are called with."""
        if not node.decorators or self.file.is_test or not self._is_method(node):
            return
        given = [*node.params.params[1:], *node.params.kwonly_params]
        if not given or all(self._has_few_values(item) for item in given):
            return
        name = node.name.value
        if self._is_cleared(name):
            return
        for decorator in node.decorators:
            if self._remembers_all(decorator.decorator):
                shown = self.file.code(decorator.decorator)
                full = full_name(self.file.module_name, self.file.scope_of(node).qualname)
                message = (
                    f"`{shown}` keeps every argument `{name}` was ever called with, and each "
                    "object it was called on, until the process ends"
                )
                self.note(node, full, message)

    def _is_cleared(self, name: str) -> bool:
        """Whether the file empties the cache of a method of this name."""
        return any(
            node.attr.value in ("cache_clear", "cache_info")
            and isinstance(node.value, cst.Attribute)
            and node.value.attr.value == name
            for node in self.file.tree.of(cst.Attribute)
        )

    def _is_method(self, node: cst.FunctionDef) -> bool:
        scope = self.file.scope_of(node)
        return (
            scope.parent is not None
            and scope.parent.kind == "class"
            and scope.first == "self"
            and not any(
                self.file.name(item.decorator) == "builtins.staticmethod"
                for item in node.decorators
            )
        )

    def _has_few_values(self, parameter: cst.Param) -> bool:
        if parameter.default is not None and is_verdict(parameter.default):
            return True
        if parameter.annotation is None:
            return False
        text = self.file.code(parameter.annotation.annotation)
        return any(word in text for word in _FEW)

    def _remembers_all(self, decorator: cst.BaseExpression) -> bool:
        if not isinstance(decorator, cst.Call):
            return self.file.name(decorator) == "functools.cache"
        call = self.file.call(decorator)
        return call.name == "functools.lru_cache" and call.arguments.constant("maxsize", 0) == (
            None,
        )

    def visit_Module(self, node: cst.Module) -> None:
        """Leave a note of each place that fills a cache nothing is taken out of."""
        if self.file.is_test:
            return
        for memo in growing(self.file):
            function = self.file.function(memo.node)
            assert function is not None
            qualname = self.file.scope_of(function).qualname
            full = full_name(self.file.module_name, qualname)
            key = " ".join(self.file.code(memo.key).split())
            message = (
                f"`{function.name.value}` adds an entry to `{memo.name}` for every `{key}` it "
                "ever sees, and nothing takes one out"
            )
            self.note(memo.node, full, message)

    def link(self, project: Project) -> None:
        notes = list(project.notes(self.name))
        served = busy(project) if notes else set()
        for examination, note in notes:
            function, message = map(str, note.data)
            self.report(
                note,
                message,
                path=examination.path,
                confidence=None if function in served else Confidence.LOW,
            )
