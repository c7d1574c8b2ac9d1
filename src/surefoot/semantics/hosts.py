"""Hosts and addresses that belong to one environment: production, staging, a network inside."""

from __future__ import annotations

import functools
import ipaddress
import re

from surefoot.semantics.texts import FILLED

_URL = re.compile(r"[a-z][a-z0-9+.-]*://(?:[^@/\s]*@)?(\[[0-9a-f:]+\]|[^:/\s?#,]+)", re.IGNORECASE)
_SETTING = re.compile(r"(?i)(?:^|[\s;])(?:host|server|data source)\s*=\s*([\w.-]+)")
_BARE = re.compile(r"([\w-]+(?:\.[\w-]+)+)(?::\d+)?")
_INSIDE = re.compile(
    r"(?i).*\.(internal|corp|local|lan|intranet|svc\.cluster\.local|rds\.amazonaws\.com|"
    r"cache\.amazonaws\.com|docdb\.amazonaws\.com|es\.amazonaws\.com)"
)
_STAGES = frozenset({"prod", "production", "preprod", "staging", "stage", "stg", "uat", "qa"})
_EVERYWHERE = re.compile(
    r"(?i)(metadata\.(google|goog)(\.internal)?|(host|gateway)\.(docker|containers|minikube)\.internal|"
    r"kubernetes\.default.*|.*\.(localhost|example|test|invalid)|.*\bexample\.(com|org|net)|"
    r"homeassistant\.local|8\.8\.8\.8|8\.8\.4\.4|1\.1\.1\.1|1\.0\.0\.1|9\.9\.9\.9|"
    r"255\.255\.255\.255|1\.2\.3\.4|10\.255\.255\.255|10\.254\.254\.254)"
)
_RESOURCE = re.compile(r"arn:aws[\w-]*:[\w-]+:[\w-]*:(\d{12}):")
_NO_ACCOUNT = frozenset({"000000000000", "123456789012", "111111111111", "012345678901"})


@functools.lru_cache(maxsize=4096)
def environment_in(text: str) -> str | None:
    """Return the host or account in a text that is right in one environment only; None where
    there is none, or it is the same for everybody."""
    found = _RESOURCE.search(text)
    if found is not None and found[1] not in _NO_ACCOUNT:
        return found[1]
    match = _URL.match(text) or _SETTING.search(text) or _BARE.fullmatch(text)
    if match is None or FILLED in match[1]:
        return None
    host = match[1].strip("[]")
    return host if _is_of_environment(host) else None


def _is_of_environment(host: str) -> bool:
    if _EVERYWHERE.fullmatch(host):
        return False
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        labels = re.split(r"[.-]", host.lower())
        named = len(host.split(".")) > 1 and not _STAGES.isdisjoint(labels)
        return named or _INSIDE.fullmatch(host) is not None
    return not (
        address.is_loopback
        or address.is_unspecified
        or address.is_multicast
        or address.is_link_local
        or address.is_reserved
        or any(
            address in network for network in _DOCUMENTATION if network.version == address.version
        )
    )


_DOCUMENTATION = tuple(
    map(
        ipaddress.ip_network, ("192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24", "2001:db8::/32")
    )
)
