"""Whom the service lets in: names that are not its own, and other sites' pages that post."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from fastapi.testclient import TestClient
from httpx import Response

from foveate.app.main import create_app
from foveate.app.settings import Settings
from tests.app.service import served, settings

pytestmark = pytest.mark.slow

LOCAL, ANY = "127.0.0.1", "0.0.0.0"  # addresses it is bound to
POST = "/api/v1/tokens"  # an empty body is a 422 to whoever is let in
Open = Callable[..., TestClient]


@pytest.fixture
def open_client() -> Iterator[Open]:
    """A client of a service bound to an address, that answers to some names."""
    opened = []

    def open_one(address: str, hosts: Any = ()) -> TestClient:
        client = TestClient(create_app(settings(hosts=hosts), address))
        opened.append(client)
        return client

    yield open_one
    for client in opened:
        client.close()


def ask(client: TestClient, host: str, method: str = "GET", **headers: str) -> Response:
    path = "/healthz" if method == "GET" else POST
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return client.request(method, path, headers={"Host": host, **named})


def check_refused(answer: Response, words: str) -> None:
    assert answer.status_code == 403
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert words in answer.json()["detail"]


@pytest.mark.parametrize(
    "host", ["localhost", "localhost:8000", "127.0.0.1:1", "[::1]", "[::1]:8000", "LOCALHOST"]
)
def test_on_a_loopback_address_it_answers_to_localhost(open_client: Open, host: str) -> None:
    for address in (LOCAL, "::1", "localhost", "127.0.0.2"):
        assert ask(open_client(address), host).status_code == 200


@pytest.mark.parametrize(
    "host",
    ["evil.example", "evil.example:8000", "localhost.evil.example", "127.0.0.1.evil.example", "",
     "192.168.1.5", "0.0.0.0", "testserver", "localhost@evil.example", "[::1", "localhost:80:80"],
)  # fmt: skip
def test_a_name_made_to_point_here_is_refused(open_client: Open, host: str) -> None:
    check_refused(ask(open_client(LOCAL), host), "is no name of this service")


def test_it_is_refused_to_a_browser_as_well(open_client: Open) -> None:
    answer = open_client(LOCAL).get("/", headers={"Host": "evil.example", "Accept": "text/html"})
    check_refused(answer, "'evil.example'")


def test_two_names_are_none(open_client: Open) -> None:
    headers = [("Host", "localhost"), ("Host", "evil.example")]
    check_refused(open_client(LOCAL).get("/healthz", headers=headers), "FOVEATE_HOSTS")


def test_names_of_the_setting_are_answered_to_beside_localhost(open_client: Open) -> None:
    for address in (LOCAL, ANY):
        client = open_client(address, "foveate.example.org, 192.168.1.5")
        for host in ("foveate.example.org", "Foveate.Example.Org:443", "192.168.1.5", "127.0.0.1"):
            assert ask(client, host).status_code == 200
        check_refused(ask(client, "other.example.org"), "FOVEATE_HOSTS")


def test_on_another_address_any_name_will_do_unless_some_are_set(open_client: Open) -> None:
    assert ask(open_client(ANY), "foveate.example.org").status_code == 200
    check_refused(ask(open_client(ANY), "a name"), "is no name")


@pytest.mark.parametrize(
    "headers",
    [{}, {"Origin": "http://localhost:8000"}, {"Sec_Fetch_Site": "same-origin"},
     {"Sec_Fetch_Site": "none"}, {"Sec_Fetch_Site": "same-origin", "Origin": "null"}],
)  # fmt: skip
@pytest.mark.parametrize("address", [LOCAL, ANY])
def test_programs_and_its_own_pages_may_post(
    open_client: Open, address: str, headers: dict[str, str]
) -> None:
    answer = ask(open_client(address), "localhost:8000", "POST", **headers)
    assert answer.status_code == 422, answer.text


@pytest.mark.parametrize(
    "headers",
    [{"Sec_Fetch_Site": "cross-site"}, {"Sec_Fetch_Site": "same-site"}, {"Origin": "null"},
     {"Origin": "https://evil.example"}, {"Origin": "http://localhost.evil.example"},
     {"Origin": "http://localhost:8000@evil.example"}, {"Origin": "localhost"}, {"Origin": ""},
     {"Origin": "http://localhost:8000", "Sec_Fetch_Site": "cross-site"},
     {"Origin": "http://localhost:3000"}, {"Origin": "http://localhost"},
     {"Origin": "https://localhost"}, {"Origin": "ftp://localhost:8000"},
     {"Origin": "http://localhost:3000", "Sec_Fetch_Site": "none"},
     {"Origin": "http://evil.example", "Sec_Fetch_Site": "same-origin"}],
)  # fmt: skip
@pytest.mark.parametrize("address", [LOCAL, ANY])
def test_a_page_of_another_site_may_not_post(
    open_client: Open, address: str, headers: dict[str, str]
) -> None:
    for method in ("POST", "PUT", "DELETE", "PATCH", "BREW"):
        answer = ask(open_client(address), "localhost:8000", method, **headers)
        check_refused(answer, "may not post here")


def test_a_link_from_another_site_opens(open_client: Open) -> None:
    answer = ask(open_client(LOCAL), "localhost", Sec_Fetch_Site="cross-site")
    assert answer.status_code == 200


PUBLIC, OWN = "foveate.example.org", "127.0.0.1:8000"  # a proxy's name, and what it may put in Host


@pytest.mark.parametrize(
    ("host", "origin"),
    [(PUBLIC, f"https://{PUBLIC}"), (f"{PUBLIC}:443", f"https://{PUBLIC}"),
     (PUBLIC, f"http://{PUBLIC}"), (f"{PUBLIC}:8443", f"https://{PUBLIC}:8443"),
     (f"{PUBLIC}:8000", f"https://{PUBLIC}"), (OWN, f"https://{PUBLIC}")],
)  # fmt: skip
def test_pages_behind_a_proxy_may_post_from_browsers_that_say_no_more(
    open_client: Open, host: str, origin: str
) -> None:
    """Where TLS ends at the proxy, Host may lack the port that the page is from."""
    client = open_client(LOCAL, PUBLIC)
    assert ask(client, host, "POST", Origin=origin).status_code == 422
    check_refused(ask(client, host, "POST", Origin=f"https://{PUBLIC}:3000"), "and its port")


def test_a_proxy_on_another_port_that_leaves_it_out_of_host(open_client: Open) -> None:
    origin = f"http://{PUBLIC}:8080"
    named, unnamed = open_client(LOCAL, f"{PUBLIC}:8080"), open_client(LOCAL, PUBLIC)
    for host in (PUBLIC, OWN):
        assert ask(named, host, "POST", Origin=origin).status_code == 422
        check_refused(ask(unnamed, host, "POST", Origin=origin), repr(origin))
        seen = {"Origin": origin, "Sec_Fetch_Site": "same-origin"}
        assert ask(unnamed, host, "POST", **seen).status_code == 422
    assert ask(named, f"{PUBLIC}:1").status_code == 200, "names are answered to on any port"


@pytest.mark.parametrize("given", ["https://a.org", "a.org/path", "a b"])
def test_what_is_no_name_is_no_setting(given: str) -> None:
    with pytest.raises(ValueError, match="is no host's name: write"):
        Settings(hosts=given, _env_file=None)  # type: ignore[arg-type]


def test_names_are_read_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FOVEATE_HOSTS", "A.example.org:8000, ::1, [::1]:80, b.org,")
    assert Settings(_env_file=None).hosts == ("a.example.org:8000", "::1", "[::1]:80", "b.org")


def test_over_a_socket_a_request_without_a_name_is_refused() -> None:
    """HTTP/1.0 may leave Host out, and a client may send two: nothing gets by for that."""
    with served(create_app(settings(hosts=()))) as address:
        for lines in ("", "Host: evil.example\r\n", "Host: localhost\r\nHost: evil.example\r\n"):
            answer = raw(address, f"GET /healthz HTTP/1.0\r\n{lines}\r\n")
            assert answer.split(b" ")[1] in (b"400", b"403"), answer
        absolute = "GET http://evil.example/healthz HTTP/1.1\r\nHost: evil.example\r\n"
        assert b" 403 " in raw(address, f"{absolute}Connection: close\r\n\r\n")
        assert b" 200 " in raw(address, "GET /healthz HTTP/1.0\r\nHost: localhost\r\n\r\n")


def raw(address: str, request: str) -> bytes:
    host, port = address.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=10) as connection:
        connection.sendall(request.encode())
        return b"".join(iter(lambda: connection.recv(65_536), b""))
