"""Names of hosts, as a Host or an Origin header says them."""

from __future__ import annotations

import re
from ipaddress import ip_address

AUTHORITY = re.compile(r"(?:\[(?P<six>[0-9A-Fa-f:.]+)\]|(?P<name>[A-Za-z0-9._-]+))(?::[0-9]{0,5})?")


def host_name(authority: str) -> str | None:
    """The host of `host:port` in small letters, without brackets; None where there is none."""
    found = AUTHORITY.fullmatch(authority)
    if found is None:
        return None
    return (found["six"] or found["name"]).lower()


def origin_name(origin: str) -> str | None:
    """The host of an Origin header; None for `null`, and for what is no origin."""
    scheme, mark, authority = origin.partition("://")
    return host_name(authority) if scheme and mark else None


def is_loopback(name: str) -> bool:
    """Whether a name or an address can only be this machine."""
    try:
        return ip_address(name).is_loopback
    except ValueError:
        return name == "localhost"
