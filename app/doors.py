"""Whom the service lets in: the names it answers to, and whose pages may post to it."""

from __future__ import annotations

from collections.abc import Collection

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from foveate.app.hosts import Host, Origin, host_of, is_loopback, listed_host, origin_of
from foveate.app.problems import problem_json

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


class Doors:
    """Answers 403 to a name that is not ours, and to another site's page that posts.

    A page elsewhere reaches a service on its reader's machine in two ways. It lets a name of its
    own point there (DNS rebinding), and then Host is that name; or it posts in the background, and
    then Sec-Fetch-Site or Origin says whose page it was. A program sends neither of the two.

    `hosts` are names of ours, each on any port; a port beside one is where its pages are from.
    """

    def __init__(self, app: ASGIApp, address: str, hosts: Collection[str]) -> None:
        self.app = app
        self._address = address
        self._hosts = [host for each in hosts if (host := listed_host(each)) is not None]
        self._names = {host.name for host in self._hosts}
        self._any = not self._names and not is_loopback(address.lower())

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        refusal = self._refusal(scope) if scope["type"] == "http" else None
        if refusal is None:
            await self.app(scope, receive, send)
            return
        await problem_json(403, refusal)(scope, receive, send)

    def _refusal(self, scope: Scope) -> str | None:
        """Why a request is not let in, in a sentence; None where it is."""
        headers = Headers(scope=scope)
        given = headers.getlist("host")
        host = host_of(given[0]) if len(given) == 1 else None
        if not self._answers_to(host, given):
            return self._stranger(", ".join(given))
        if scope["method"] not in SAFE and self._is_foreign(headers, host):
            return self._foreign(headers)
        return None

    def _answers_to(self, host: Host | None, given: list[str]) -> bool:
        if self._any:
            return host is not None or not given  # HTTP/1.0 may leave it out
        return host is not None and (is_loopback(host.name) or host.name in self._names)

    def _is_foreign(self, headers: Headers, host: Host | None) -> bool:
        """Whether a browser sends this for a page that is not ours.

        `same-site` is another port or a neighbour's name. An Origin of `null` is also what a page
        of ours may send that names no referrer: then the browser says that it is ours.
        """
        site, said = headers.get("sec-fetch-site", ""), headers.get("origin")
        if site not in ("", "same-origin", "none"):
            return True
        if said is None or (said == "null" and site == "same-origin"):
            return False
        origin = origin_of(said)
        return origin is None or not self._is_ours(origin, host, looked=site == "same-origin")

    def _is_ours(self, origin: Origin, host: Host | None, looked: bool) -> bool:
        """Whether it is the host that was asked for, or one of the setting. Where a browser has
        `looked` at the port it is the right one, though a proxy may have left it out of Host.
        """
        known = [*self._hosts, *([host] if host else [])]
        if looked:
            return origin.name in {each.name for each in known}
        return any(origin.is_at(each) for each in known)

    def _stranger(self, host: str) -> str:
        names = ", ".join(["localhost", "127.0.0.1", "[::1]", *sorted(self._names)])
        known = "any name" if self._any else names
        return (
            f"Host {host[:80]!r} is no name of this service, which listens on {self._address} and "
            f"answers to {known}: its operator can list others in FOVEATE_HOSTS."
        )

    def _foreign(self, headers: Headers) -> str:
        origin = headers.get("origin", "another site")
        return (
            f"A page of {origin[:80]!r} may not post here: use this service's own pages, or call "
            "it from a program; where that is this service, its operator can list its name, and "
            "its port where that is not the usual one, in FOVEATE_HOSTS."
        )
