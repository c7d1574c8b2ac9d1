"""Names by which methods and functions tell what they do to a thing that must be given back."""

from __future__ import annotations

import functools
import re

_CLOSERS = """
aclose cleanup close close_all closeall destroy disconnect dispose end_session kill quit release
shutdown stop terminate unlink wait_closed __aexit__ __exit__
"""
_ENDINGS = """
clear close_async communicate detach drain ensure_closed logout poll remove reset server_close
unbind unwrap wait
"""
_PLAIN = """
closed encoding extract extractall flush getinfo getmember getmembers getnames infolist isatty
mode name namelist peek printdir read read1 readable readall readinto readline readlines seek
seekable size tell testzip truncate writable write writelines writestr
accept bind connect_ex getpeername getsockname getsockopt listen recv recv_into recvfrom
send sendall sendto setblocking setsockopt settimeout
content delete get getcode geturl head headers info json options patch post put reason request
status status_code text
autocommit commit description execute executemany executescript fetch fetchall fetchmany fetchone
fetchrow fetchval first isolation_level lastrowid ping publish rollback row_factory rowcount scalar
set
returncode run_until_complete
"""
_READING = """
all any bool bytearray bytes dict float format frozenset hasattr hash id input int isinstance len
list max min next print repr set sorted str sum tuple type
"""

CLOSERS = frozenset(_CLOSERS.split())
"""Methods that, by their names, end the life of their object."""

RELEASERS = CLOSERS | frozenset(_ENDINGS.split())
"""Methods that end the life of an object of some library."""

PLAIN = frozenset(_PLAIN.split())
"""Attributes and methods that give plain data, or nothing that needs their object: those of
files and archives, sockets, sessions and responses, databases, processes."""

LIVING = frozenset({"__aenter__", "__enter__", "pid", "run_forever", "serve_forever"})
"""Attributes of what was entered by hand, is known by its number, or runs until the end."""

READING = frozenset(f"builtins.{name}" for name in _READING.split())
"""Built-in functions that keep no argument."""

VIEWING = frozenset(
    f"builtins.{name}"
    for name in ("enumerate", "filter", "getattr", "iter", "map", "reversed", "zip")
)
"""Built-in functions whose result reads from their arguments."""

_KEEPING = re.compile(
    r"(^|_)(add|append|callback|clean\w*|clear|close|defer|delete|del|dispose|enqueue|extend|"
    r"finali[sz]e|insert|kill|mark|move|mv|push|put|register|release|remember|remove|rename|replace|"
    r"rm|rmdir|rmtree|save|schedule|set\w*|shutdown|stop|store|submit|teardown|terminate|track|"
    r"unlink|update|wipe)(_|$)"
)


@functools.lru_cache(maxsize=4096)
def may_keep(name: str) -> bool:
    """Whether a callable of this (last) name may, by the name, keep, end or remove its argument."""
    word = name.rpartition(".")[2].lstrip("_")
    snake = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", word).lower()
    return word[:1].isupper() or _KEEPING.search(snake) is not None
