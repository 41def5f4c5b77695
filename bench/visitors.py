"""Visitors of the service who know what is right: they ask for what its pages ask for.

Right is what the service answers when nobody else asks. Photos are of a few kinds, whose weights
are known beforehand, and come back with their checksum. Of translations the source must come back,
letter for letter; what was said of it is kept, and asked for again when all is quiet.
"""

from __future__ import annotations

import asyncio
import hashlib
import io
import random
import ssl
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Collection, Iterable
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import httpx
from PIL import Image

SAMPLE = Path(__file__).parent.parent / "static" / "samples" / "coffee.jpg"
LIMITS = httpx.Limits(keepalive_expiry=2)  # seconds: well before the service hangs up
TLS = ssl.create_default_context()  # one for all: httpx makes one for each, which takes longest
SIZES = [(200 + 70 * n, 200 + 190 * n % 700) for n in range(10)]
SIDES = (224, 224, 448)
ROUNDED = 1e-6  # how far the same weights may lie apart
WORDS = ("river", "bridge", "winter", "letter", "garden", "doctor", "market", "island", "mirror")
Kind = tuple[tuple[int, int], int]  # of a photo: its size and its resolution


@dataclass
class Tally:
    """What happened."""

    asked: Counter[str] = field(default_factory=Counter)
    served: Counter[str] = field(default_factory=Counter)
    refused: int = 0
    gone: int = 0
    wrong: list[str] = field(default_factory=list)
    said: list[tuple[str, str]] = field(default_factory=list)  # sentences, and translations given
    seconds: list[float] = field(default_factory=list)
    health: list[float] = field(default_factory=list)
    memory: list[int] = field(default_factory=list)
    sipped: int = 0  # bytes of arrays that were taken slowly
    stalled: list[float] = field(default_factory=list)  # seconds until an upload was given up


@dataclass
class Visitor:
    """Somebody at an address of their own, who knows the weights of photos by their kinds."""

    base_url: str
    number: int
    tally: Tally
    known: dict[Kind, list[float]]
    draw: random.Random = field(init=False)

    def __post_init__(self) -> None:
        self.draw = random.Random(self.number)
        address = f"127.0.{self.number // 250 % 250 + 1}.{self.number % 250 + 1}"
        self.client = httpx.AsyncClient(
            base_url=self.base_url,
            transport=httpx.AsyncHTTPTransport(verify=TLS, local_address=address, limits=LIMITS),
            timeout=400,
        )

    async def ask(self) -> None:
        """One of the things that pages ask for."""
        kinds: tuple[Callable[[], Awaitable[None]], ...] = (
            self.photo,
            self.sentence,
            self.paragraph,
        )
        (kind,) = self.draw.choices(kinds, (4, 8, 1))
        start = time.perf_counter()
        self.tally.asked[kind.__name__] += 1
        try:
            await kind()
        except Refused as refused:
            self.tally.refused += 1
            await asyncio.sleep(refused.seconds)
        except Gone:
            self.tally.gone += 1
        except (httpx.HTTPError, AssertionError, KeyError) as error:
            self.tally.wrong.append(f"{kind.__name__}: {type(error).__name__} {error}"[:200])
        else:
            self.tally.served[kind.__name__] += 1
            self.tally.seconds.append(time.perf_counter() - start)

    async def photo(self) -> None:
        """A photo nobody has sent before, its heatmap by another query, and its picture."""
        kind = self.draw.choice(SIZES), self.draw.choice(SIDES)
        trace, weights = await self.traced(kind)
        check(
            len(weights) == len(self.known[kind]) and close(weights, self.known[kind]),
            f"weights of {kind} are not those of the same photo alone",
        )
        drawn = opened(await self.client.get(f"/traces/{trace['id']}/overlay.png"))
        width, height = kind[0]
        longest = max(drawn.size) / min(drawn.size)
        check(abs(longest / (max(width, height) / min(width, height)) - 1) < 0.05, "another photo")

    async def traced(self, kind: Kind) -> tuple[dict[str, Any], list[float]]:
        """The trace of such a photo, and weights of it."""
        (width, height), side = kind
        file = picture(width, height) + self.draw.randbytes(16)  # after its end, where nobody looks
        answer = await self.client.post(
            "/images/traces", files={"file": file}, data={"resolution": side}
        )
        trace = json_of(answer)
        sent = (width, height, hashlib.sha256(file).hexdigest(), side)
        found = (*[trace["input"][name] for name in ("width", "height", "sha256")],)
        check((*found, trace["resolution"]) == sent, f"{found} is not {sent}")
        path = f"/traces/{trace['id']}/weights"
        answer = await self.client.get(path, params={"head": "mean", "query": "cls"})
        return trace, json_of(answer)["weights"]

    async def sentence(self) -> None:
        """A sentence translated."""
        await self.translate([self.written()])

    async def paragraph(self) -> None:
        """Many sentences translated."""
        await self.translate([self.written() for _ in range(self.draw.randrange(10, 40))])

    async def translate(self, sentences: list[str]) -> None:
        answer = await self.client.post("/translations/traces", json={"text": " ".join(sentences)})
        trace = json_of(answer)
        found = [part["source"] for part in trace["paragraph"]]
        check(found == sentences, f"{found[:2]} are not {sentences[:2]}")
        first = trace["paragraph"][0]["target"]
        check(trace["target"]["text"] == first, f"{trace['target']['text']!r} is not {first!r}")
        self.tally.said += [(part["source"], part["target"]) for part in trace["paragraph"]]

    def written(self) -> str:
        words = self.draw.sample(WORDS, 3)
        return f"The {self.draw.randrange(1_000, 9_999)} {words[0]}s are near the {words[1]}."


class Refused(Exception):
    """503, and when to come back."""

    def __init__(self, seconds: float) -> None:
        super().__init__(seconds)
        self.seconds = seconds


class Gone(Exception):
    """The traces of others have taken the room of this one meanwhile."""


async def known_photos(base_url: str) -> dict[Kind, list[float]]:
    """Weights of every kind of photo, asked for while nobody else does."""
    alone = Visitor(base_url, 0, Tally(), {})
    async with alone.client:
        kinds = [(size, side) for size in SIZES for side in dict.fromkeys(SIDES)]
        return {kind: (await alone.traced(kind))[1] for kind in kinds}


def doubtful(said: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    """Translations that lack the number of their source: another's, or the translator's mistake."""
    return [(source, target) for source, target in said if source.split()[1] not in target]


async def said_otherwise(base_url: str, said: Collection[tuple[str, str]]) -> list[str]:
    """Of translations, those that the service gives otherwise while nobody else asks."""
    alone = Visitor(base_url, 0, Tally(), {})
    async with alone.client:
        for source, _ in said:
            await alone.translate([source])
    again = dict(alone.tally.said)
    return [
        f"{source!r} was {target!r}, and is {again[source]!r} alone"
        for source, target in said
        if target != again[source]
    ]


def close(found: list[float], expected: list[float]) -> bool:
    return max(abs(a - b) for a, b in zip(found, expected, strict=True)) < ROUNDED


def check(right: bool, otherwise: str) -> None:
    assert right, otherwise


def json_of(answer: httpx.Response) -> dict[str, Any]:
    return looked_at(answer).json()  # type: ignore[no-any-return]


def opened(answer: httpx.Response) -> Image.Image:
    return Image.open(io.BytesIO(looked_at(answer).content))


def looked_at(answer: httpx.Response) -> httpx.Response:
    if answer.status_code == 503:
        raise Refused(float(answer.headers["retry-after"]))
    if answer.status_code == 410:
        raise Gone
    check(answer.is_success, f"{answer.status_code} {answer.text[:120]}")
    return answer


@cache
def picture(width: int, height: int) -> bytes:
    buffer = io.BytesIO()
    Image.open(SAMPLE).convert("RGB").resize((width, height)).save(buffer, "JPEG")
    return buffer.getvalue()
