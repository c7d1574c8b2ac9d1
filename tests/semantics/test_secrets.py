"""Which names speak of secrets, and which texts look like them."""

from __future__ import annotations

import base64
import json

import pytest

from surefoot.semantics import secrets
from tests.checking import shipped_facts


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("ghp_k3Jd92LmQpX7vB4nR8sT1wYz6cF5hG0uE2uK", "a GitHub token"),
        ("AKIAQ3EGRZ7TWPX5LM2N", "an AWS access key"),
        ("xoxb-829104756301-k3Jd92LmQpX7vB4nR8sT1wYz", "a Slack token"),
        ("sk_live_k3Jd92LmQpX7vB4nR8sT1wYz", "a Stripe live key"),
        ("key = glpat-k3Jd92LmQpX7vB4nR8sT;", "a GitLab token"),
    ],
)
def test_secrets_of_issuers_are_known(text: str, what: str) -> None:
    """A secret is told by how it begins, wherever it stands in a text."""
    assert secrets.issued(shipped_facts(), text) == what


@pytest.mark.parametrize(
    "text",
    [
        "AKIAIOSFODNN7EXAMPLE",
        "ghp_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
        "task-k3Jd92LmQpX7vB4nR8sT1wYz6cF5hG0uE2uK",
        "-----BEGIN PRIVATE KEY-----",
        "sk-",
    ],
)
def test_placeholders_and_beginnings_are_no_secrets(text: str) -> None:
    """An example, a beginning, and a word that ends like one are left alone."""
    assert secrets.issued(shipped_facts(), text) is None


@pytest.mark.parametrize(
    ("role", "known"),
    [("anon", None), ("service_role", "a signed token")],
    ids=["public", "secret"],
)
def test_signed_tokens_are_read(role: str, known: str | None) -> None:
    """A JSON web token is one if its parts can be read; that of anybody is no secret."""
    parts = [{"alg": "HS256"}, {"role": role, "iss": "orders"}]
    head, claims = (
        base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=") for part in parts
    )
    text = f"{head}.{claims}.k3Jd92LmQpX7vB4nR8sT1wYz"
    assert secrets.issued(shipped_facts(), text) == known


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("clientSecret", "secret"),
        ("DB_PASSWORD_2", "password"),
        ("apiKey", "key"),
        ("TOKEN_URL", None),
        ("CONF_TOKEN", None),
        ("next_token", None),
        ("sort_key", None),
        ("pwd", None),
    ],
)
def test_names_of_secrets(name: str, kind: str | None) -> None:
    """The last words of a name tell what it is."""
    assert secrets.secret_kind(name) == kind


def test_passwords_in_addresses() -> None:
    """The password of a service elsewhere counts; local ones and placeholders do not."""
    assert secrets.has_login("amqp://worker:Qm7pX2vL@broker/jobs")
    assert not secrets.has_login("amqp://guest:guest@broker/jobs")
    assert not secrets.has_login("amqp://worker:Qm7pX2vL@localhost/jobs")
    assert not secrets.has_login("amqp://broker/jobs")
