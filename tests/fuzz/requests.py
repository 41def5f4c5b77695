"""Requests that the service's own schema allows, and some that it does not, to a real server."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Mapping
from typing import Any

import httpx
import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, seed, settings

from tests.fuzz.counts import Counts
from tests.fuzz.uploads import damaged
from tests.hostile.asking import ASKED, GATED, TRACE, made
from tests.photos import sample_bytes

STALL = 60.0  # seconds for one request of a lone visitor
MODELS = (None, "bergamot-en-pt", "additive-en-fr", "fixed-en-fr", "minilm", "dinov2-small")
EXAMPLES = 5  # of a route at a time
FITTING = sorted({(asked.kind, asked.path) for asked in ASKED})
SITES = ("encoder.12.self", "decoder.1.channel", GATED, "decoder.2.cross", "encoder.1.self")


class Traffic:
    """Requests to one address; half of those that name a trace name one there is."""

    def __init__(self, address: str, number: int) -> None:
        self.address = address
        self.draw = random.Random(number)
        self.counts = Counts("requests")
        self.traces = self._traces()

    def _traces(self) -> dict[str, str]:
        """One of every kind that routes are for, by its kind."""
        with httpx.Client(base_url=f"{self.address}/api/v1", timeout=120) as client:
            return made(client)

    def send(self, case: Any) -> None:
        """One request, made a little more likely to reach a model, and a look at its answer."""
        parameters = case.path_parameters
        if parameters and "trace_id" in parameters and self.draw.random() < 0.8:
            parameters["trace_id"] = self.trace(case.path)
            self.choose(case)
        if isinstance(case.body, dict) and self.draw.random() < 0.5:
            case.body["model"] = self.draw.choice(MODELS)
            if case.body["model"] is None:
                del case.body["model"]
        start, route = time.monotonic(), f"{case.method} {case.path}"
        try:
            found = case.call(base_url=self.address, timeout=STALL)
            self.look(route, found.status_code, found.headers, _begun(found.content))
        except requests.exceptions.Timeout:
            self.counts.fail(f"{route}: no answer within {time.monotonic() - start:.0f} s")
        except requests.exceptions.InvalidHeader:
            self.counts.note("unsendable")

    def trace(self, path: str) -> str:
        """Mostly one of a kind that the route is for."""
        fit = [kind for kind, route in FITTING if path == f"{TRACE}{route}"]
        known = fit if fit and self.draw.random() < 0.8 else list(self.traces)
        return self.traces[self.draw.choice(known)]

    def choose(self, case: Any) -> None:
        """Sometimes a site, a frame or another trace that there is, which no schema tells of."""
        query = case.query
        if isinstance(query, dict) and self.draw.random() < 0.6:
            said = {
                "site": self.draw.choice(SITES),
                "other": self.draw.choice([*self.traces.values()]),
            }
            query.update({name: value for name, value in said.items() if name in query})
        if "number" in case.path_parameters and self.draw.random() < 0.6:
            case.path_parameters["number"] = self.draw.randrange(10)

    def upload(self) -> None:
        """A damaged photo in a form."""
        data = damaged(sample_bytes("cat"), self.draw)
        with httpx.Client(base_url=f"{self.address}/api/v1", timeout=STALL) as client:
            found = client.post("/heatmap", files={"file": data}, data={"resolution": "224"})
        self.look("POST /heatmap", found.status_code, found.headers, _begun(found.content))

    def look(self, route: str, status: int, headers: Mapping[str, Any], text: str) -> None:
        """Notes an answer; a fault is one of our own, or one without a sentence."""
        self.counts.note(str(status))
        busy = status == 503 and "retry-after" in headers
        told = "application/problem+json" in str(headers.get("content-type"))
        # What is no HTTP at all never reaches the application.
        if status >= 500 and not busy:
            self.counts.fail(f"{route}: {status} {text}")
        elif status >= 400 and not told and not text.startswith("Invalid HTTP request"):
            self.counts.fail(f"{route}: {status} without a sentence: {text}")


def _begun(content: bytes) -> str:
    """How an answer begins, whatever it is."""
    return content[:200].decode("utf-8", "replace")


def fuzz(
    address: str, number: int, goes_on: Callable[[int], bool], examples: int = EXAMPLES
) -> Counts:
    """Rounds of a few requests to every route while `goes_on` says so of the number of rounds."""
    document = httpx.get(f"{address}/openapi.json", timeout=60).json()
    routes = [each.ok() for each in schemathesis.openapi.from_dict(document).get_all_operations()]
    traffic, first = Traffic(address, number), number
    while goes_on(number - first):
        for route in routes:
            _send(route, number, examples, traffic)
        traffic.upload()
        number += 1
    if httpx.get(f"{address}/healthz", timeout=60).status_code != 200:
        traffic.counts.fail("the service is not healthy afterwards")
    return traffic.counts


def _send(route: Any, number: int, examples: int, traffic: Traffic) -> None:
    @seed(number)
    @settings(
        max_examples=examples,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(route.as_strategy())
    def sent(case: Any) -> None:
        traffic.send(case)

    try:
        sent()
    except requests.exceptions.RequestException as error:
        traffic.counts.fail(f"{route.path}, seed {number}: {type(error).__name__} {error}")
