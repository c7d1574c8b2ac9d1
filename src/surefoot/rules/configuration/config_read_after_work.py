"""`config-read-after-work`: a required setting is read after the program has acted."""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from surefoot.facts.kinds import Blocking, Idempotency, Resource, RunsEventLoop, Timeout
from surefoot.model import Severity
from surefoot.rule import Bad, Good, Rule
from surefoot.semantics.circumstances import is_main_guard
from surefoot.semantics.environment import Reading
from surefoot.semantics.handlers import inside
from surefoot.semantics.variables import is_platform_variable

_SERVERS = frozenset(
    [
        "uvicorn.run",
        "hypercorn.run",
        "waitress.serve",
        "aiohttp.web.run_app",
        "flask.Flask.run",
        "socketserver.BaseServer.serve_forever",
        "asyncio.AbstractEventLoop.run_forever",
        "pika.BlockingConnection.start_consuming",
        "threading.Thread.start",
        "multiprocessing.Process.start",
    ]
)


class ConfigReadAfterWork(Rule):
    """A required setting is read after the program has already acted.

    Where the variable is missing, the program stops half-way: the request was sent, the thread
    started, the row written, and the next attempt does it again. Read everything that is
    required before the first step that others can see.
    """

    code = "SF606"
    severity = Severity.WARNING
    examples = (
        Bad(
            """
            import os
            import requests

            def main():
                requests.post("https://jobs/start", timeout=5)
                bucket = os.environ["REPORT_BUCKET"]
                print(bucket)

            if __name__ == "__main__":
                main()
            """
        ),
        Bad(
            """
            import os
            import threading

            if __name__ == "__main__":
                worker = threading.Thread(target=print)
                worker.start()
                queue = os.environ["QUEUE_URL"]
            """
        ),
        Bad(
            """
            import os
            import requests

            def main():
                answer = requests.get("https://jobs/next", timeout=5)
                if answer.ok:
                    print(os.environ["REPORT_BUCKET"])

            if __name__ == "__main__":
                raise SystemExit(main())
            """
        ),
        Bad(
            """
            import asyncio
            import os

            async def serve():
                pass

            def main():
                asyncio.run(serve())
                target = os.getenv("REPORT_TARGET")
                if target is None:
                    raise SystemExit("REPORT_TARGET is not set")

            if __name__ == "__main__":
                main()
            """
        ),
        Good(
            """
            import os
            import requests

            def main():
                bucket = os.environ["REPORT_BUCKET"]
                requests.post("https://jobs/start", timeout=5)
                print(bucket)

            if __name__ == "__main__":
                main()
            """,
            because="read first",
        ),
        Good(
            """
            import logging
            import os
            from argparse import ArgumentParser

            def main():
                logging.basicConfig()
                options = ArgumentParser().parse_args()
                with open("rules.txt") as file:
                    rules = file.read()
                return os.environ["REPORT_BUCKET"], options, rules

            if __name__ == "__main__":
                main()
            """,
            because="logging, arguments and files are no work yet",
        ),
        Good(
            """
            import os
            import requests

            def main():
                session = requests.Session()
                token = os.environ["API_TOKEN"]
                session.get("https://jobs/next", timeout=5, headers={"token": token})

            if __name__ == "__main__":
                main()
            """,
            because="making a client sends nothing",
        ),
        Good(
            """
            import os
            import requests

            def main():
                requests.get("https://jobs/next", timeout=5)
                return os.environ.get("REPORT_BUCKET", "reports")

            if __name__ == "__main__":
                main()
            """,
            because="it does not have to be set",
        ),
        Good(
            """
            import os
            import requests

            def report():
                requests.get("https://jobs/next", timeout=5)
                return os.environ["REPORT_BUCKET"]
            """,
            because="nothing tells that this is where the program starts",
        ),
        Good(
            """
            import os
            import requests

            def main(check):
                if check:
                    requests.get("https://jobs/health", timeout=5)
                    return None
                return os.environ["REPORT_BUCKET"]

            if __name__ == "__main__":
                main(True)
            """,
            because="the request is on another way through the function",
        ),
        Good(
            """
            import os
            import requests

            def main():
                if "REPORT_BUCKET" not in os.environ:
                    raise SystemExit("REPORT_BUCKET is not set")
                requests.get("https://jobs/next", timeout=5)
                return os.environ["REPORT_BUCKET"]

            if __name__ == "__main__":
                main()
            """,
            because="it was asked for before",
        ),
    )

    def visit_Module(self, node: cst.Module) -> None:
        if self.file.is_test:
            return
        environment = self.file.environment
        required = [
            reading
            for reading in environment.readings
            if reading.variable
            and not is_platform_variable(reading.variable)
            and environment.raises_if_missing(reading)
        ]
        for reading in required:
            if not self._is_entered(reading) or environment.is_checked(reading):
                continue
            work = next(filter(None, map(self._work, self._before(reading))), None)
            if work is not None:
                self.report(
                    reading.node,
                    f"where `{reading.variable}` is missing, the program stops after `{work}`",
                )

    def _is_entered(self, reading: Reading) -> bool:
        """Whether a program starts where a reading stands, or calls its function at once."""
        for parent in self.file.ancestors(reading.node):
            if isinstance(parent, cst.If) and is_main_guard(parent):
                return True
        function = self.file.function(reading.node)
        if function is None:
            return False
        if "startup" in self.file.role(reading.node):
            return True
        name = self.file.symbols.definition(self.file.scope_of(function))
        return any(
            self.file.call(call).name == name
            for guard in self._main_guards()
            for call in inside(guard.body.body)
            if isinstance(call, cst.Call)
        )

    def _main_guards(self) -> list[cst.If]:
        body = self.file.tree.module.body
        return [item for item in body if isinstance(item, cst.If) and is_main_guard(item)]

    def _before(self, reading: Reading) -> Iterator[cst.CSTNode]:
        """Yield the statements that have always run when a reading is reached."""
        child: cst.CSTNode = reading.node
        for parent in self.file.ancestors(reading.node):
            if isinstance(parent, (cst.FunctionDef, cst.Module, cst.ClassDef)):
                return
            if isinstance(parent, cst.IndentedBlock):
                body = list(parent.body)
                for item in body[: body.index(child)]:  # type: ignore[arg-type]
                    if isinstance(item, (cst.SimpleStatementLine, cst.With)):
                        yield item
            child = parent

    def _work(self, statement: cst.CSTNode) -> str | None:
        """Return the name of what a statement calls that others can see."""
        for node in inside([statement]):
            if isinstance(node, cst.Call):
                call = self.file.call(node)
                if call.name in _SERVERS or self._acts(node):
                    return call.shown
        return None

    def _acts(self, node: cst.Call) -> bool:
        file = self.file
        if file.fact(RunsEventLoop, node) is not None or file.fact(Idempotency, node) is not None:
            return True
        if file.fact(Resource, node) is not None:
            return False
        blocking = file.fact(Blocking, node)
        if blocking is not None:
            return blocking.what in ("network", "database")
        timeout = file.fact(Timeout, node)
        return timeout is not None and timeout.wait == "network"
