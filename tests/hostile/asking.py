"""One request and more to every route of a trace, and every route that the application has."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import httpx
from fastapi import FastAPI
from starlette.routing import BaseRoute, Route

from foveate.models.catalog.catalog import Catalog
from foveate.models.catalog.load import prepare

TRACE = "/api/v1/traces/{trace_id}"
WORDS = {"text": "A cat sleeps.", "target": "Um gato dorme."}

# How a trace of each kind is made: where it is posted, and what of. `{side}` is the longest side.
MADE: dict[str, tuple[str, dict[str, str]]] = {
    "photo": ("images", {"sample": "cat", "resolution": "{side}"}),
    "masked": ("images", {"sample": "astronaut", "model": "selfie-segmentation"}),
    "enlarged": ("images", {"sample": "cat", "model": "real-cugan", "resolution": "{side}"}),
    "classified": (
        "images",
        {"sample": "cat", "model": "efficientnet-lite0", "resolution": "{side}"},
    ),
    "street": ("images", {"sample": "street", "model": "streets-attention-unet"}),
    "clip": ("videos", {"sample": "cars", "frames": "{frames}"}),
    "translation": ("translations", WORDS),
    "text": ("sentences", {"text": "The black cat sat on the red mat."}),
}


@dataclass(frozen=True, slots=True)
class Asked:
    """A request to a route under TRACE: of which trace, and with which query or body.

    `{other}` is the id of a trace of the same photo with its gates open.
    """

    kind: str
    path: str
    query: str = ""
    body: dict[str, Any] | None = None
    free: bool = False  # it only reads what is stored
    said: dict[str, str] = field(default_factory=dict)  # what the path's other parameters are

    @property
    def method(self) -> str:
        return "GET" if self.body is None else "POST"

    def send(self, client: httpx.Client, ids: dict[str, str]) -> httpx.Response:
        """The answer to a client whose addresses begin with /api/v1."""
        path = self.path.format(**self.said)
        query = self.query.format(other=ids["open"])
        address = f"traces/{ids[self.kind]}{path}{query}"
        return client.request(self.method, address, json=self.body)


GATED = "unet2.decoder.1.channel"  # the site of a trace that is enlarged
LAST = "?site=encoder.12.self"
CLICK = {"frame": 0, "click": {"row": 4, "column": 3}}
NUMBER = {"number": "0", "format": "jpg"}
ASKED = (
    *(Asked(kind, "", free=True) for kind in MADE),
    Asked("photo", "/weights", "?query=cls"),
    Asked("photo", "/weights", "?query=cls&format=csv"),
    Asked("photo", "/weights", "?head=0&format=npy"),
    Asked("text", "/weights"),
    Asked("translation", "/weights", "?format=csv"),
    Asked("photo", "/rollout"),
    Asked("photo", "/statistics"),
    Asked("text", "/statistics"),
    Asked("photo", "/heads"),
    Asked("photo", "/heatmaps"),
    Asked("photo", "/photo"),
    Asked("photo", "/overlay.{format}", said={"format": "png"}),
    Asked("photo", "/saliency", "?format=npy"),
    Asked("photo", "/outputs/{name}", "?format=npy", said={"name": "saliency"}),
    Asked("photo", "/qk", LAST),
    Asked("clip", "/qk", f"{LAST}&head=0"),
    Asked("photo", "/steps", LAST),
    Asked("photo", "/embedding", "?query=1,1"),
    Asked("photo", "/selection"),
    Asked("classified", "/cam/selection"),
    *(Asked("classified", f"/{name}") for name in ("verdict", "layers", "cam", "cams", "cam.png")),
    Asked("classified", "/receptive", "?row=1&column=1"),
    Asked("classified", "/receptive.png", "?row=1&column=1"),
    Asked("enlarged", "/interventions", body={"gates": {"all": "flat"}}),
    *(Asked("enlarged", f"/{name}") for name in ("network", "pictures", "gates")),
    Asked("street", "/network"),
    Asked("masked", "/gates/average"),
    Asked("enlarged", "/output", "?format=npy"),
    Asked("enlarged", "/output.png"),
    Asked("enlarged", "/difference", "?other={other}"),
    *(Asked("enlarged", "/maps", f"?site={GATED}&of=y&format={kind}") for kind in ("npy", "png")),
    Asked("masked", "/maps", "?site=decoder.1.channel&of=y&format=json"),
    Asked("street", "/segmentation"),
    Asked("clip", "/frames/{number}.{format}", said=NUMBER),
    Asked("clip", "/frames/{number}/overlay.png", said=NUMBER),
    Asked("clip", "/spacetime"),
    Asked("clip", "/spacetime", "?format=csv"),
    Asked("clip", "/when"),
    Asked("clip", "/propagation", body=CLICK),
    Asked("clip", "/verdicts", body={}),
    Asked("photo", "/view", body={"layers": [12]}),
    Asked("clip", "/view", body={"thing": CLICK}),
    Asked("text", "/view", body={}),
)


def made(client: httpx.Client, side: int = 224, frames: int = 8) -> dict[str, str]:
    """The ids of a trace of every kind, and of one with gates that are `open`."""
    prepare(Catalog()[MADE["street"][1]["model"]])  # nobody else asks for it
    ids = {}
    for kind, (where, given) in MADE.items():
        asked = {name: value.format(side=side, frames=frames) for name, value in given.items()}
        sent = {"data": asked} if where in ("images", "videos") else {"json": asked}
        answer = client.post(f"{where}/traces", **sent)  # type: ignore[arg-type]
        assert answer.status_code == 201, (kind, answer.text)
        ids[kind] = answer.json()["id"]
    opened = client.post(f"traces/{ids['enlarged']}/interventions", json={"gates": {"all": "open"}})
    return ids | {"open": opened.json()["id"]}


def routes(app: FastAPI) -> Iterator[tuple[str, str]]:
    """Method and path of every route of the application, whichever room it is from."""
    for route in _flat(app.routes):
        for method in route.methods or ():
            yield method, route.path


def _flat(found: list[BaseRoute]) -> Iterator[Route]:
    """FastAPI keeps the routers that an application includes as they are."""
    for route in found:
        if isinstance(route, Route):
            yield route
        elif (router := getattr(route, "original_router", None)) is not None:
            yield from _flat(router.routes)
