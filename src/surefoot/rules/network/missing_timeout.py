"""`missing-timeout`: a network call without an upper bound."""

from __future__ import annotations

from surefoot.facts.kinds import Timeout
from surefoot.model import Severity
from surefoot.rule import Bad, Good, Rule
from surefoot.semantics.call import Call
from surefoot.semantics.summary import At


class MissingTimeout(Rule):
    """A network call that may wait for ever.

    One peer that accepts the connection and then says nothing holds the thread, and in the
    end the pool behind it, until somebody restarts the process. Pass the longest wait the
    caller can afford.
    """

    code = "SF101"
    severity = Severity.ERROR
    facts = (Timeout,)
    examples = (
        Bad(
            """
            import requests

            def load(url):
                return requests.get(url).json()
            """
        ),
        Bad(
            """
            import requests

            class Client:
                def __init__(self):
                    self.session = requests.Session()

                def load(self, url):
                    return self.session.get(url)
            """
        ),
        Bad(
            """
            # file: clients.py
            import requests

            session = requests.Session()
            # file: views.py
            from clients import session

            def view(url):
                return session.get(url)
            """
        ),
        Good(
            """
            import requests

            def load(url, **options):
                return requests.get(url, **options)
            """,
            because="`options` may hold the timeout",
        ),
        Good(
            """
            def load(url):
                return prices.get(url)
            """,
            because="not every `get` is a request",
        ),
    )

    def check_call(self, call: Call, fact: Timeout) -> None:
        if fact.wait != "network" or fact.default is not None or At.DEADLINE in call.at:
            return
        if call.arguments.has((*fact.parameter, *fact.unless), fact.position):
            return
        made = call.constructor
        if fact.constructor and (made is None or made.has(fact.constructor)):
            return
        if call.overrides("request", "send"):
            return
        if fact.parameter:
            self.report(call, f"`{call.shown}` waits for ever unless given `{fact.parameter[0]}`")
        else:
            self.report(call, f"`{call.shown}` waits for ever and takes no timeout")
