"""A View is a trace with what it is of: its numbers as tensors, itself as a picture to point at.

Axis sizes: H heads, T queries, S keys.
"""

from __future__ import annotations

import html
import time
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from PIL import Image
from torch import Tensor

from foveate import document
from foveate.app.render import frame_picture
from foveate.app.wire.choices import Choice, Look
from foveate.app.wire.images import ImageTrace, Timings
from foveate.app.wire.propagation import PropagationRequest
from foveate.app.wire.saved import SavedClip, SavedPhoto, SavedText
from foveate.app.wire.texts import SentenceTrace
from foveate.app.wire.translations import Part, TranslationTrace
from foveate.app.wire.videos import VideoTrace
from foveate.app.wire.view import heatmap_of, query_of, saliency_of, site_of
from foveate.models.analysis.difference import Difference, difference
from foveate.models.analysis.gates import GateView, MapKind, gate_views, maps
from foveate.models.analysis.rollout import chain, rollout
from foveate.models.analysis.spacetime import middle, space_time, when
from foveate.models.analysis.statistics import HeadStatistics, head_statistics
from foveate.models.analysis.verdict import ClassProbability, verdict
from foveate.models.inputs.clip import Clip
from foveate.models.inputs.photo import Photo
from foveate.models.inputs.text import Text
from foveate.models.site import Head, Site
from foveate.models.trace import Trace
from foveate.models.translation.alignment import THRESHOLD, AligningHead
from foveate.models.translation.result import Reading, Translation

HEIGHT = 780  # of a view in a notebook, in CSS pixels


@dataclass(frozen=True)
class View:
    """What one pass of a model left. In a notebook, a cell that ends in one shows it."""

    trace: Trace

    @property
    def sites(self) -> Sequence[Site]:
        """Every place where attention was computed, in order of execution."""
        return self.trace.sites

    def weights(
        self,
        site: str | None = None,
        head: Head | None = None,
        query: str | int | None = None,
    ) -> Tensor:
        """Attention weights in float32: (H, T, S) less the axes that are chosen.

        `site` is a name (`encoder.11.self`), else the last one; `head` a number, "mean" or "max";
        `query` a number, or of a photo "cls" or "row,column" of the patch grid. What is a gate has
        its values here, which need not sum to 1. Raises InputError, NoAttention.
        """
        found = site_of(self.trace, Choice(site=site))
        return found.weights(head, None if query is None else self._number(found, query))

    def rollout(self, query: str | int = "cls", stack: str | None = None) -> Tensor:
        """What one query sees through all layers (Abnar and Zuidema 2020): (S,). InputError."""
        first = chain(self.trace, stack)[0]
        return rollout(self.trace, self._number(first, query), stack)

    def _number(self, site: Site, query: str | int) -> int:
        return query if isinstance(query, int) else query_of(self.trace, site, query)

    def statistics(self) -> list[HeadStatistics]:
        """Entropy in bits and mean attention distance of every head whose weights sum to 1."""
        sites = [site for site in self.trace.attended if site.attention.normalised]
        return [each for site in sites for each in head_statistics(site)]

    def output(self, name: str) -> Tensor:
        """What else the model shows of itself, by a name of `trace.outputs`."""
        return self.trace.outputs[name].value()

    @cached_property
    def html(self) -> str:
        """The view as one HTML document: scripts, styles and numbers in it, nothing fetched."""
        return self.document()

    def document(self, **asked: Any) -> str:
        """The same, opening with what is asked for: see `save`. Raises InputError."""
        raise NotImplementedError

    def save(self, path: str | Path, **asked: Any) -> Path:
        """Writes the view as an HTML file that opens anywhere, with no server.

        `asked` says what it opens with and what of the trace it holds, as the API's call for the
        saved view of such an input does (docs/api.md): `layer`, `head`, `query`, `lens` of a photo,
        whose `layers` (numbers from 1) are kept, else all; `site`, `head`, `query`, `frame` of a
        clip, of which those of the `site`'s layer, else of the last, with a `thing` (as `propagate`
        takes it) that is carried through it; `site`, `head`, `view`, `level` of a text. Raises
        InputError for what is not there, and ValidationError for what cannot be meant.
        """
        path = Path(path)
        path.write_text(self.document(**asked), encoding="utf-8")
        return path

    def show(self, height: int = HEIGHT) -> None:
        """Shows the view in a notebook, `height` CSS pixels high; elsewhere use `save`."""
        from IPython.display import display  # of the notebook, which brings it

        display({"text/html": self._frame(height)}, raw=True)  # type: ignore[no-untyped-call]

    def _repr_html_(self) -> str:
        return self._frame(HEIGHT)

    def _frame(self, height: int) -> str:
        """A frame of its own, so that no style of the notebook and the view's meet."""
        return (
            f'<iframe srcdoc="{html.escape(self.html)}" title="Attention" width="100%" '
            f'height="{height}" style="border:0"></iframe>'
        )


@dataclass(frozen=True)
class PhotoView(View):
    """A photo and what a model attended to in it."""

    photo: Photo
    resolution: int
    precision: str

    def heatmap(self, query: str = "cls", head: Head = "mean", site: str | None = None) -> Tensor:
        """One query's weights on the patch grid: (rows, columns). Raises InputError."""
        return heatmap_of(self.trace, Choice(site=site, head=str(head), query=query))

    def verdict(self, top: int = 5) -> list[ClassProbability]:
        """A classifier's most probable classes, by name. Raises InputError where there are none."""
        return verdict(self.trace, top)

    def saliency(self) -> Tensor:
        """The decoder's saliency (height, width). Raises InputError where there is none."""
        return saliency_of(self.trace)

    def gates(self) -> list[GateView]:
        """Every gate, in order: its site, its values (S), the skip it opens. Raises InputError."""
        return gate_views(self.trace)

    def maps(self, site: str, of: MapKind = "x", channels: Sequence[int] | None = None) -> Tensor:
        """Channels (n, rows, columns) of the map before a gate (x) or after it (y = g(x) x), in
        float16; all without `channels`. Raises InputError.
        """
        return maps(self.trace, site, of, channels)

    def difference(self, other: PhotoView) -> Difference:
        """How far what came out is from another trace's, in one number. Raises InputError."""
        return difference(self.trace, other.trace)

    def document(self, **asked: Any) -> str:
        described = ImageTrace.of(
            self.trace,
            self.photo,
            id="kept",
            resolution=self.resolution,
            precision=self.precision,
            begun=time.perf_counter(),
            decode_ms=0.0,
            forward_ms=self.trace.timings.get("forward_ms", 0.0),
            expires=time.time(),
        )
        choice = SavedPhoto.model_validate(asked)
        return document.of_photo(described, self.trace, self.photo, choice)


@dataclass(frozen=True)
class ClipView(View):
    """A clip and what patches of it see in all its frames; F is frames, or tubelets of several."""

    clip: Clip
    resolution: int
    precision: str

    def spacetime(
        self, query: str | None = None, site: str | None = None, head: Head = "mean"
    ) -> Tensor:
        """One patch's weights on the patches of all frames: (F, rows, columns).

        `query` is "frame,row,column", else the middle of the clip. Raises InputError.
        """
        found = site_of(self.trace, Choice(site=site))
        return space_time(found, head, found.query.index(query or middle(self.trace.clip.axis)))

    def when(self, query: str | None = None, site: str | None = None) -> Tensor:
        """How much of its weight falls on each frame: (H + 1, F), the heads, then their mean."""
        found = site_of(self.trace, Choice(site=site))
        return when(found, found.query.index(query or middle(self.trace.clip.axis)))

    def propagate(self, **asked: Any) -> Tensor:
        """A mask of one frame carried through the clip, softly: (F, rows, columns), 0 to 1.

        `asked` are the fields of the API's call (docs/api.md): `frame`, and `click` (a dict of
        `row`, `column`, `similarity`) or `mask` (rows of 0 and 1). Raises InputError.
        """
        return PropagationRequest.model_validate(asked).carried(self.trace)

    def pictures(
        self, query: str | None = None, site: str | None = None, head: Head = "mean"
    ) -> list[Image.Image]:
        """Every frame under its map, the colours the same for all. Raises InputError."""
        maps, clip = self.spacetime(query, site, head), self.trace.clip
        return [
            frame_picture(photo, clip.crop, maps, min(n // clip.tubelet, len(maps) - 1), Look())
            for n, photo in enumerate(self.clip.frames)
        ]

    def document(self, **asked: Any) -> str:
        now, forward_ms = time.perf_counter(), self.trace.timings.get("forward_ms", 0.0)
        described = VideoTrace.of(
            self.trace,
            self.clip,
            id="kept",
            resolution=self.resolution,
            precision=self.precision,
            timings=Timings.of(0.0, forward_ms, now, now),
            expires=time.time(),
        )
        choice = SavedClip.model_validate(asked)
        return document.of_clip(described, self.trace, self.clip, choice)

    def __repr__(self) -> str:
        grid = self.trace.clip.grid
        return (
            f"<foveate.ClipView {self.trace.model}: {len(self.clip.frames)} frames of {grid.rows} "
            f"x {grid.columns} patches>"
        )


@dataclass(frozen=True)
class TextView(View):
    """A text and what its tokens attend to in it."""

    reading: Reading

    @property
    def text(self) -> Text:
        return self.reading.text

    @property
    def tokens(self) -> list[str]:
        return [token.text for token in self.text.tokens]

    def document(self, **asked: Any) -> str:
        now, expires = time.perf_counter(), time.time()
        described = SentenceTrace.of(self.reading, id="kept", begun=now, expires=expires)
        return document.of_text(described, self.trace, SavedText.model_validate(asked))


@dataclass(frozen=True)
class TranslationView(View):
    """A sentence, its translation, and what the decoder saw of it."""

    translation: Translation
    model: str
    aligner: AligningHead | None = None
    languages: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        return self.model

    @property
    def source(self) -> Text:
        return self.translation.source

    @property
    def target(self) -> Text:
        return self.translation.target

    def document(self, **asked: Any) -> str:
        found = self.translation
        described = TranslationTrace.of(
            self,
            found,
            id="kept",
            languages=self.languages,
            threshold=THRESHOLD,
            beam=1,
            paragraph=[Part(id="kept", source=found.source.text, target=found.target.text)],
            begun=time.perf_counter(),
            expires=time.time(),
        )
        choice = SavedText.model_validate(asked)
        return document.of_text(described, self.trace, choice, self.aligner)
