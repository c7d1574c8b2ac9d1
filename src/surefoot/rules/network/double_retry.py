"""`double-retry`: a retry around something that retries by itself."""

from __future__ import annotations

import libcst as cst

from surefoot.facts.kinds import BuiltInRetries, Retry
from surefoot.linking.project import Project
from surefoot.linking.retry_layers import Layer, RetryLayers, Stack
from surefoot.model import Confidence, Note, Severity
from surefoot.rule import Bad, Good, Link, Rule
from surefoot.semantics.retries import FOREVER
from surefoot.semantics.retry_notes import loop_note, setting_note

_MANY = 9
_MINUTE = 60


class DoubleRetry(Rule):
    """A retry around something that retries by itself.

    The attempts multiply: two modest policies become a dozen requests for one call, their waits
    add up to minutes, and a peer in trouble is buried by its own clients. Retry in one place:
    switch the inner layer off (`max_retries=0`), or leave the failures to it. From nine
    attempts on this is an error.
    """

    code = "SF110"
    severity = Severity.WARNING
    facts = (Retry, BuiltInRetries)
    examples = (
        Bad(
            """
            import openai
            import tenacity

            client = openai.OpenAI()

            @tenacity.retry(stop=tenacity.stop_after_attempt(4), wait=tenacity.wait_fixed(2))
            def ask(text):
                return client.responses.create(model="m", input=text)
            """
        ),
        Bad(
            """
            # file: transport.py
            import requests
            from requests.adapters import HTTPAdapter
            from urllib3.util.retry import Retry

            def build_session() -> requests.Session:
                session = requests.Session()
                policy = Retry(total=2, backoff_factor=0.5, status_forcelist=(502, 503))
                session.mount("https://", HTTPAdapter(max_retries=policy))
                return session

            shared = build_session()
            # file: shipping.py
            import requests
            import tenacity
            from transport import shared

            @tenacity.retry(
                stop=tenacity.stop_after_attempt(4),
                retry=tenacity.retry_if_exception_type(requests.RequestException),
            )
            def track(parcel):
                return shared.get(f"https://example.com/{parcel}", timeout=5).json()
            """
        ),
        Bad(
            """
            import boto3
            import tenacity
            from botocore.config import Config

            s3 = boto3.client("s3", config=Config(retries={"max_attempts": 1}))

            @tenacity.retry(stop=tenacity.stop_after_attempt(3))
            def buckets():
                return s3.list_buckets()
            """
        ),
        Bad(
            """
            import random
            import time

            import boto3
            from botocore.exceptions import ClientError

            s3 = boto3.client("s3")

            def put(data):
                for attempt in range(5):
                    try:
                        return s3.put_object(Bucket="b", Key="k", Body=data)
                    except ClientError:
                        if attempt == 4:
                            raise
                        time.sleep(random.uniform(0, 2 ** attempt))
            """
        ),
        Bad(
            """
            # file: net.py
            import backoff
            import requests

            @backoff.on_exception(backoff.expo, requests.RequestException, max_tries=3)
            def load(url):
                return requests.get(url, timeout=5)
            # file: sync.py
            import tenacity
            from net import load

            def pull(url):
                return load(url).json()

            @tenacity.retry(stop=tenacity.stop_after_attempt(5))
            def sync():
                return pull("https://example.com")
            """
        ),
        Bad(
            """
            import anthropic
            from celery import shared_task

            @shared_task(autoretry_for=(anthropic.APIConnectionError,), retry_backoff=True)
            def summarise(text):
                client = anthropic.Anthropic(max_retries=4)
                return client.messages.create(model="m", max_tokens=9, messages=[])
            """
        ),
        Bad(
            """
            import openai
            import tenacity

            policy = tenacity.retry(stop=tenacity.stop_after_attempt(3), reraise=True)

            class Writer:
                def __init__(self):
                    self.client = openai.OpenAI()

                @policy
                def write(self, text):
                    return self._ask(text)

                def _ask(self, text):
                    return self.client.responses.create(model="m", input=text)
            """
        ),
        Bad(
            """
            import openai
            import tenacity

            client = openai.AsyncOpenAI()

            async def ask(text):
                async for attempt in tenacity.AsyncRetrying(stop=tenacity.stop_after_attempt(3)):
                    with attempt:
                        return await client.responses.create(model="m", input=text)
            """
        ),
        Bad(
            """
            # file: transport.py
            import requests
            from requests.adapters import HTTPAdapter
            from urllib3.util.retry import Retry

            class ApiSession(requests.Session):
                def __init__(self):
                    super().__init__()
                    policy = Retry(total=4, status_forcelist=(502, 503))
                    self.mount("https://", HTTPAdapter(max_retries=policy))
            # file: stock.py
            import requests
            from tenacity import retry, stop_after_attempt, wait_fixed
            from transport import ApiSession

            class Stock:
                def __init__(self):
                    self.session = ApiSession()

                @retry(stop=stop_after_attempt(3), wait=wait_fixed(2))
                def level(self, sku):
                    return self.session.get(f"https://stock/{sku}", timeout=3).json()
            """
        ),
        Bad(
            """
            import openai
            from tenacity import Retrying, stop_after_attempt, wait_fixed

            client = openai.OpenAI()

            def ask(text):
                return client.responses.create(model="m", input=text)

            def ask_again(text):
                return Retrying(stop=stop_after_attempt(3), wait=wait_fixed(1))(ask, text)

            def ask_directly(text):
                again = Retrying(stop=stop_after_attempt(3), wait=wait_fixed(1))
                return again(client.responses.create, model="m", input=text)
            """,
            count=2,
        ),
        Good(
            """
            import requests
            import tenacity
            from requests.adapters import HTTPAdapter

            class ApiSession(requests.Session):
                def __init__(self):
                    super().__init__()
                    self.mount("https://", HTTPAdapter(max_retries=3))

            session = ApiSession()

            @tenacity.retry(stop=tenacity.stop_after_attempt(3))
            def read(url):
                return session.get(url, timeout=3).json()

            def send(url):
                again = tenacity.Retrying(stop=tenacity.stop_after_attempt(3))
                return again(requests.post, url, timeout=3)
            """,
            because="an adapter with a number retries failures to connect only",
        ),
        Good(
            """
            import openai
            import tenacity

            client = openai.OpenAI(max_retries=0)

            @tenacity.retry(stop=tenacity.stop_after_attempt(4))
            def ask(text):
                return client.responses.create(model="m", input=text)
            """,
            because="the client's own retries are switched off",
        ),
        Good(
            """
            import openai
            import tenacity

            client = openai.OpenAI()

            @tenacity.retry(stop=tenacity.stop_after_attempt(4))
            def ask(text):
                once = client.with_options(max_retries=0)
                return once.responses.create(model="m", input=text)
            """,
            because="they are switched off for this call",
        ),
        Good(
            """
            import boto3
            import tenacity
            from botocore.config import Config

            s3 = boto3.client("s3", config=Config(retries={"total_max_attempts": 1}))

            @tenacity.retry(stop=tenacity.stop_after_attempt(3))
            def buckets():
                return s3.list_buckets()
            """,
            because="one call in all is no retry",
        ),
        Good(
            """
            import requests
            import tenacity
            from requests.adapters import HTTPAdapter
            from urllib3 import Retry

            session = requests.Session()
            session.mount("https://", HTTPAdapter(max_retries=Retry(total=0)))
            plain = requests.Session()
            connecting = requests.Session()
            connecting.mount("https://", HTTPAdapter(max_retries=3))

            @tenacity.retry(stop=tenacity.stop_after_attempt(3))
            def load(url):
                session.get(url, timeout=5)
                plain.get(url, timeout=5)
                return connecting.get(url, timeout=5)
            """,
            because="no retries, none by default, and some that only concern connecting",
        ),
        Good(
            """
            import openai
            import pydantic
            import tenacity

            client = openai.OpenAI()

            @tenacity.retry(
                stop=tenacity.stop_after_attempt(3),
                retry=tenacity.retry_if_exception_type((ValueError, pydantic.ValidationError)),
            )
            def ask(text):
                return Answer.model_validate(client.responses.create(model="m", input=text))
            """,
            because="the two layers retry different things",
        ),
        Good(
            """
            import logging

            import openai
            import tenacity

            client = openai.OpenAI()

            @tenacity.retry(stop=tenacity.stop_after_attempt(3))
            def ask(text):
                try:
                    return client.responses.create(model="m", input=text)
                except openai.APIError:
                    logging.exception("no answer")
                    return None
            """,
            because="the failure does not get to the outer layer",
        ),
        Good(
            """
            import stripe
            import tenacity

            stripe.max_network_retries = 0

            @tenacity.retry(stop=tenacity.stop_after_attempt(3))
            def charge(cents):
                return stripe.Charge.create(amount=cents, currency="eur")
            """,
            because="the library's retries are switched off for all",
        ),
        Good(
            """
            import openai
            import tenacity

            @tenacity.retry(stop=tenacity.stop_after_attempt(3))
            def ask(client: openai.OpenAI, text):
                return client.responses.create(model="m", input=text)
            """,
            because="nobody knows how the client was made",
        ),
        Good(
            """
            import time

            import opensearchpy

            client = opensearchpy.OpenSearch(hosts=["search"])

            def create(index):
                for attempt in range(8):
                    try:
                        return client.indices.create(index=index)
                    except Exception as error:
                        text = str(error)
                        if "security_exception" not in text:
                            raise
                        time.sleep(2 ** attempt)
            """,
            because="the loop retries only what the client does not",
        ),
        Good(
            """
            import redis
            import tenacity

            cache = redis.from_url("redis://localhost")

            @tenacity.retry(stop=tenacity.stop_after_attempt(3))
            def read(key):
                return cache.get(key)
            """,
            because="a client made from a URL does not retry",
        ),
    )

    def visit_For(self, node: cst.For) -> None:
        self._note_loop(node)

    def visit_While(self, node: cst.While) -> None:
        self._note_loop(node)

    def _note_loop(self, node: cst.For | cst.While) -> None:
        found = loop_note(self.file, node)
        if found is not None:
            self.note(node, *found)

    def visit_Assign(self, node: cst.Assign) -> None:
        found = setting_note(self.file, node)
        if found is not None:
            self.note(node, *found)

    def link(self, project: Project) -> None:
        layers = RetryLayers(project, project.notes(self.name))
        for stack in layers.stacks():
            self._report(stack)

    def _report(self, stack: Stack) -> None:
        outer, inner = stack.outer, stack.inner
        if stack.attempts is not None and stack.attempts >= _MANY:
            severity = Severity.ERROR
        else:
            severity = Severity.WARNING
        if outer.delay is not None and outer.delay >= _MINUTE:
            severity = Severity.INFO
        chain = [
            Link(call.path, call.place, f"calls `{call.shown}`")
            for call in stack.way
            if (call.path, call.place) != (inner.path, inner.place)
        ]
        chain.append(Link(inner.path, inner.place, f"{_tries(inner)} here"))
        decided = outer.errors.filtered or outer.errors.unknown
        self.report(
            stack.way[0]
            if outer.is_loop and stack.way
            else Note(self.name, outer.place, stack.function),
            _message(stack),
            path=outer.path,
            severity=severity,
            confidence=Confidence.MEDIUM if decided else Confidence.HIGH,
            chain=chain,
        )


def _message(stack: Stack) -> str:
    outer, inner = stack.outer, stack.inner
    text = f"{outer.shown} {_tries(outer)} around {inner.shown}, which {_tries(inner)} by itself"
    if outer.attempts is None or inner.attempts is None:
        return f"{text}: the attempts multiply"
    if FOREVER in (outer.attempts, inner.attempts):
        return text
    factors = f"{outer.attempts:.0f} x {inner.attempts:.0f} = {stack.attempts:.0f}"
    return f"{text}: {factors} attempts"


def _tries(layer: Layer) -> str:
    if layer.attempts is None:
        return "tries again"
    return "tries for ever" if layer.attempts == FOREVER else f"tries {layer.attempts:.0f} times"
