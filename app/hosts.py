"""Hosts and origins, as a Host or an Origin header says them."""

from __future__ import annotations

import re
from ipaddress import ip_address
from typing import NamedTuple

AUTHORITY = re.compile(
    r"(?:\[(?P<six>[0-9A-Fa-f:.]+)\]|(?P<name>[A-Za-z0-9._-]+))(?::(?P<port>[0-9]{0,5}))?"
)
DEFAULT_PORTS = {"http": 80, "https": 443}


class Host(NamedTuple):
    """A name in small letters, without brackets, and a port where one is said."""

    name: str
    port: int | None = None

    def __str__(self) -> str:
        if self.port is None:
            return self.name
        return f"[{self.name}]:{self.port}" if ":" in self.name else f"{self.name}:{self.port}"


class Origin(NamedTuple):
    """Whose page it is: a name and a port of its own."""

    name: str
    port: int
    default: int  # the port of its scheme, which need not be said

    def is_at(self, host: Host) -> bool:
        """Whether it is that host's, which says its port or has the usual one.

        A proxy that speaks TLS passes on a Host without a port, and the page is of port 443.
        """
        return self.name == host.name and self.port == (host.port or self.default)


def host_of(authority: str) -> Host | None:
    """What `host:port` says, an address of IPv6 in brackets; None where it is no host."""
    found = AUTHORITY.fullmatch(authority)
    if found is None:
        return None
    port = int(found["port"]) if found["port"] else None
    return Host((found["six"] or found["name"]).lower(), port)


def listed_host(given: str) -> Host | None:
    """The same as people write it: an address of IPv6 may stand without brackets."""
    bare = given.count(":") > 1 and not given.startswith("[")
    return host_of(f"[{given}]" if bare else given)


def origin_of(origin: str) -> Origin | None:
    """What an Origin header says; None for `null`, and for what is no origin of the web."""
    scheme, _, authority = origin.partition("://")
    default, host = DEFAULT_PORTS.get(scheme.lower()), host_of(authority)
    if default is None or host is None:
        return None
    return Origin(host.name, host.port or default, default)


def is_loopback(name: str) -> bool:
    """Whether a name or an address can only be this machine."""
    try:
        return ip_address(name).is_loopback
    except ValueError:
        return name == "localhost"
