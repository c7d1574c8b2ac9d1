"""Secrets: which names speak of them, and which texts look like them."""

from __future__ import annotations

import base64
import functools
import json
import math
import re
from collections import Counter
from dataclasses import dataclass

from surefoot.facts.kinds import SecretFormat
from surefoot.facts.table import FactTable

_MARKS = frozenset(
    [
        "acquire",
        "begin",
        "bos",
        "cancel",
        "cancellation",
        "change",
        "continuation",
        "continue",
        "cursor",
        "delta",
        "end",
        "eos",
        "eot",
        "fencing",
        "input",
        "lease",
        "lock",
        "mask",
        "next",
        "output",
        "pad",
        "page",
        "paging",
        "previous",
        "prev",
        "reservation",
        "resume",
        "sep",
        "start",
        "starting",
        "stop",
        "sync",
        "unk",
        "watermark",
    ]
)
_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")
_PASSWORDS = frozenset({"password", "passwd", "passphrase", "passcode"})
_KEYS = frozenset(
    {"api", "access", "private", "secret", "auth", "signing", "encryption", "master", "account"}
    | {"shared", "license", "session", "jwt", "hmac"}
)
_NO_SECRETS = frozenset(
    {"conf", "attr", "field", "header", "env", "arg", "param", "column", "flag"}
    | {"dummy", "example", "fake", "mock", "public", "sample", "test"}
    | {"bad", "expired", "incorrect", "invalid", "missing", "no", "unknown", "wrong"}
    | {"allow", "allows", "can", "enable", "enabled", "disable", "disabled", "has", "is", "need"}
    | {"manual", "max", "min", "num", "number"}
    | {"needs", "require", "requires", "should", "supports", "use", "uses", "want", "wants"}
)
_TELLING = frozenset({"api", "access", "account", "auth", "license"})
_WITHOUT = frozenset({"wo", "without"})
_DIRECTORIES = frozenset(
    {"base", "cur", "current", "initial", "orig", "original", "prev", "previous", "project"}
    | {"saved", "start"}
)
"""What a `pwd` is called that is a working directory, as `pwd` prints it, and no password."""
_PIECE = r"([A-Za-z]+\d{0,2}[A-Za-z]*|\d{1,2})"
_WORDS = re.compile(rf"{_PIECE}([-_.:/ @,+]+{_PIECE}?)*")
_NUMBERS = re.compile(r"[\d.:,/_-]+")
_FORMAT = re.compile(
    r"[<>{}\0]|%[sdr(]|\$\(|^\$|\*\*|\.\.\.|://|^[./~]|^\w:\\|\.(py|json|ya?ml|txt)$"
)
_PLACEHOLDER = re.compile(
    r"(?i)example|sample|dummy|fake|mock|placeholder|redacted|masked|hidden|replace|insert|"
    r"your|change.?(me|it|this|in)|to.?do|fix.?me|foo|bar|xxx|yyy|zzz|abcdef|123456|987654|"
    r"00000|aaaaa|fffff|\btest|test\b|_test|test_|\bdemo|\bdev\b|invalid|secret.?here|"
    r"not.?(a|real|set|needed|used|required)\b|no.?key|noop|unused|default|sandbox|lorem|deadbeef"
)
_WEAK = frozenset(
    [
        "admin",
        "administrator",
        "changeit",
        "changeme",
        "default",
        "guest",
        "hunter2",
        "letmein",
        "pass",
        "pass123",
        "passwd",
        "password",
        "password1",
        "password123",
        "postgres",
        "qwerty",
        "root",
        "secret",
        "test",
        "test123",
        "toor",
        "user",
        "welcome",
    ]
)
_STAND_INS = frozenset(
    [
        "password",
        "passwd",
        "pass",
        "pwd",
        "pw",
        "p",
        "secret",
        "token",
        "key",
        "user",
        "username",
        "xxx",
        "xxxx",
        "***",
        "string",
    ]
)
_LOGIN = re.compile(
    r"(?P<scheme>[a-z][a-z0-9+.-]*)://(?P<user>[^\s:/@'\"{}\0]*):(?P<password>[^\s/@'\"{}<>$%*\0]+)"
    r"@(?P<host>\[[0-9a-f:]+\]|[\w.-]+|\0)",
    re.IGNORECASE,
)
_IN_SETTINGS = re.compile(r"(?i)(?:^|[\s;?&])(?:password|pwd)\s*=\s*([^\s;&'\"{}<>\0]+)")
_LOCAL = re.compile(
    r"(localhost|127\.\d+\.\d+\.\d+|0\.0\.0\.0|\[?::1\]?|(host|gateway)\.(docker|containers|minikube)\.internal|"
    r"([\w-]+\.)*(example|test|invalid|localhost)(\.(com|org|net))?)",
    re.IGNORECASE,
)
_TOKEN = re.compile(r"eyJ[\w-]{8,}\.eyJ[\w-]{8,}\.[\w-]{16,}")
_EXAMPLES = re.compile(
    r"(^|/)(examples?|samples?|demos?|docs?|docs_src|fixtures?|tutorials?|cookbooks?|benchmarks?|"
    r"mocks?|fakes?|quickstarts?)(/|$)|(^|/)(demo|example|sample)s?_[^/]*\.py$"
    r"|_(demo|example|sample)s?\.py$"
)
_NO_VALUE = re.compile(
    r"(?i)|true|false|yes|no|on|off|none|null|nil|empty|n/?a|unset|unknown|undefined|optional|"
    r"not?[-_ ]?(set|needed|required|used|available|provided|applicable|configured|password|key|"
    r"token|secret)?(-required)?|anonymous|bearer|basic|disabled|dummy|default|prompt|auto"
)
_SIGNS = frozenset(
    {"jwt", "session", "signing", "cookie", "csrf", "hmac", "encryption", "salt", "fernet"}
    | {"flask", "django"}
)
_SHORTEST = 8
_ENTROPY = 3.0
FILLED = "\0"


@functools.lru_cache(maxsize=8192)
def words_of(name: str) -> tuple[str, ...]:
    """The words of a name in small letters: of `clientSecret`, `client` and `secret`."""
    return tuple(word.lower() for word in _WORD.findall(name))


@functools.lru_cache(maxsize=8192)
def secret_kind(name: str) -> str | None:
    """Say what a thing is by its name: a password, token, secret or key; None for others."""
    words = words_of(name)
    while words and words[-1].isdigit():
        words = words[:-1]
    if not words or words[0] in _NO_SECRETS or not _WITHOUT.isdisjoint(words):
        return None
    last = words[-1]
    if last in _PASSWORDS or (last == "pwd" and len(words) > 1 and _DIRECTORIES.isdisjoint(words)):
        return "password"
    if last == "token" and words[-2:-1] and words[-2] in _MARKS:
        return None  # a place in a list or a text
    if last in ("secret", "token", "dsn"):
        return last
    if words == ("shared", "key"):
        return None  # what several have in common
    if last == "apikey" or (last == "key" and len(words) > 1 and words[-2] in _KEYS):
        return "key"
    return None


def may_be_published(name: str) -> bool:
    """Whether a key of this name is often shipped with a program, or sent to each browser, and
    only tells who asks: no such key signs or encrypts."""
    words = [word for word in words_of(name) if not word.isdigit()]
    return words[-1:] == ["apikey"] or (words[-1:] == ["key"] and words[-2] in _TELLING)


@dataclass(frozen=True)
class _Format:
    fact: SecretFormat
    pattern: re.Pattern[str]


def _formats(table: FactTable) -> tuple[_Format, ...]:
    found = []
    for name in table.names(SecretFormat):
        fact = table.get(SecretFormat, name)
        if fact is not None:
            start = "|".join(map(re.escape, fact.prefix))
            found.append(_Format(fact, re.compile(rf"(?<![\w-])(?:{start})(?:{fact.rest})")))
    return tuple(found)


def may_hold_secret(table: FactTable, text: str) -> bool:
    """Whether a text has the beginning of a known secret, or of a login, anywhere in it."""
    return "eyJ" in text or any(
        prefix in text for item in table.once(_formats) for prefix in item.fact.prefix
    )


def issued(table: FactTable, text: str) -> str | None:
    """Say what secret of a known issuer a text holds; None where there is none."""
    for item in table.once(_formats):
        if any(prefix in text for prefix in item.fact.prefix):
            found = item.pattern.search(text)
            if found is not None and not is_placeholder(found[0]):
                return item.fact.what
    found = _TOKEN.search(text) if "eyJ" in text else None
    return "a signed token" if found is not None and _is_signed(found[0]) else None


def _is_signed(token: str) -> bool:
    """Whether a text has the three parts of a JSON web token, and is none that is public."""
    parts = []
    for part in token.split(".")[:2]:
        try:
            parts.append(json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))))
        except ValueError:
            return False
    claims = parts[1] if isinstance(parts[1], dict) else {}
    return claims.get("role") != "anon" and not is_placeholder(json.dumps(claims))


@functools.lru_cache(maxsize=4096)
def is_placeholder(text: str) -> bool:
    """Whether a text stands where the real secret is to be put, or is one of a test."""
    plain = re.sub(r"[^0-9A-Za-z]", "", text)
    return len(set(plain)) < min(5, len(plain)) or _PLACEHOLDER.search(text) is not None


def is_weak(text: str) -> bool:
    """Whether a text is a password everybody tries first."""
    return text.lower() in _WEAK


@functools.lru_cache(maxsize=4096)
def looks_random(text: str) -> bool:
    """Whether a text under a secret's name can be nothing else: no words, number, path, address
    or pattern, and mixed as people and generators mix secrets."""
    if len(text) < _SHORTEST or not text.isascii() or any(map(str.isspace, text)):
        return False
    if _WORDS.fullmatch(text) or _NUMBERS.fullmatch(text) or _FORMAT.search(text):
        return False
    if is_placeholder(text) or not any(map(str.isdigit, text)):
        return False
    mixed = any(map(str.isalpha, text)) and any(not letter.isalnum() for letter in text)
    return mixed or entropy(text) > _ENTROPY


def entropy(text: str) -> float:
    """Return how many bits a letter of the text tells."""
    counts = Counter(text).values()
    return -sum(count / len(text) * math.log2(count / len(text)) for count in counts)


def has_login(text: str) -> bool:
    """Whether a text is an address with the password of a service elsewhere in it."""
    found = _LOGIN.search(text)
    if found is None or any(map(str.isspace, text)):
        return False
    password = found["password"]
    if password.lower() in _STAND_INS or password == found["user"] or is_placeholder(text):
        return False
    return _LOCAL.fullmatch(found["host"]) is None and len(password) > 1


def is_address_name(name: str) -> bool:
    """Whether a setting, by its name, is the address of a database or broker."""
    return words_of(name)[-2:] in (("database", "url"), ("broker", "url")) or (
        words_of(name)[-1:] in (("dsn",), ("uri",), ("url",))
    )


def is_blank(text: str) -> bool:
    """Whether a text under a secret's name is a word for nothing, or one filled in later."""
    return _NO_VALUE.fullmatch(text) is not None or _FORMAT.search(text) is not None


def stands_in(name: str, default: str) -> bool:
    """Whether a default text does the work of the secret `name`: it opens something here, and
    is no flag, number, path or word for nothing."""
    if default == "":
        return not _SIGNS.isdisjoint(words_of(name))
    if _NO_VALUE.fullmatch(default) or _NUMBERS.fullmatch(default) or FILLED in default:
        return False
    if (
        any(map(str.isspace, default))
        or "://" in default
        or default.startswith(("/", "./", "~", "$", "{", "<"))
    ):
        return False
    words = words_of(name)
    if secret_kind(name) == "password" or "secret" in words or not _SIGNS.isdisjoint(words):
        return words_of(default) != words
    return looks_random(default) or is_weak(default)


def is_local(host: str) -> bool:
    """Whether a host, or that of an address, is the developer's machine or one of examples."""
    found = re.match(r"(?:\w+://)?(?:[^@/]*@)?(\[[^]]*\]|[^:/]*)", host)
    return found is not None and _LOCAL.fullmatch(found[1]) is not None


def password_in(settings: str) -> str | None:
    """Return the password in a connection text like `host=db user=app password=...`."""
    found = _IN_SETTINGS.search(settings)
    return found[1] if found is not None else None


def is_for_show(path: str) -> bool:
    """Whether a file, by its path, shows how to do something."""
    return _EXAMPLES.search(path) is not None
