"""What secrets look like, and who is given them."""

from __future__ import annotations

from dataclasses import dataclass

from surefoot.facts.kinds.base import Fact


@dataclass(frozen=True)
class ShowsFields(Fact, key="shows-fields"):
    """Instances of subclasses, or of the classes it decorates, show their fields as text."""

    yes: bool = True


@dataclass(frozen=True)
class SecretFormat(Fact, key="secret-format"):
    """Secrets of one issuer are told from other texts by how they begin.

    The name the fact is stated of is no API, but issuer and kind: `github.personal_token`.
    `prefix` are the beginnings, `rest` is a regular expression for what follows one of them,
    and `what` names the secret for a message.
    """

    what: str
    prefix: tuple[str, ...]
    rest: str


@dataclass(frozen=True)
class Credential(Fact, key="credential"):
    """The callable signs in, or signs, with a secret that it is given.

    `parameter` are the keywords of the secret and `position` the index of the first; `text` is
    the index of an argument that may hold the secret as `password=...` among other settings.
    """

    parameter: tuple[str, ...]
    position: int | None = None
    text: int | None = None
