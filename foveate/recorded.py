"""Recording a model of one's own as it runs, in a training loop or anywhere else.

    with foveate.record(model) as recorded:
        loss = model(pixel_values=batch, labels=labels).loss
    recorded.view(0).show()

The pass itself is unchanged: the same fused kernel, the same gradients. Queries and keys are kept
of the last pass alone, so a loop may stay inside for as long as it likes.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import ExitStack
from types import SimpleNamespace, TracebackType
from typing import Any, Self

from torch import Tensor, nn

from foveate.models.attention import QueryKey
from foveate.models.axis import Crop, Grid, Tokens
from foveate.models.errors import InputError
from foveate.models.inputs.photo import Photo
from foveate.models.inputs.preparation import Preparation
from foveate.models.inputs.text import Text, Token, group
from foveate.models.recording import IMPLEMENTATION, Calls, check_recordable, recording
from foveate.models.site import Site
from foveate.models.trace import PhotoFrame, TextFrame, Trace
from foveate.models.translation.result import Reading
from foveate.models.zoo.image.families.structure import Structure
from foveate.models.zoo.image.families.table import built
from foveate.views import PhotoView, TextView, View


def record(model: nn.Module, processor: Any = None) -> Recorded:
    """Keeps what a model of transformers attends to while it runs inside a `with`.

    `processor` is its tokenizer or image processor: it gives tokens their names, and pixels back
    their colours. Raises Unrecordable for a model whose attention cannot be shown.
    """
    return Recorded(model, processor)


class Recorded:
    """The last pass of a model, whatever it was over; `view` makes one of its inputs a View."""

    def __init__(self, model: Any, processor: Any = None) -> None:
        self.model = model
        self.processor = processor
        self.structure: Structure | None = None
        self.given: Tensor | None = None
        self.output: Any = None
        self.calls = Calls()
        self._usual = model.config._attn_implementation
        self._handles: list[Any] = []
        self._running = ExitStack()

    def __enter__(self) -> Self:
        if self.model.main_input_name == "pixel_values":
            self.structure = built(self.model)
        check_recordable(self.model)
        self.model.set_attn_implementation(IMPLEMENTATION)
        before = self.model.register_forward_pre_hook(self._begin, with_kwargs=True)
        self._handles = [before, self.model.register_forward_hook(self._end)]
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        where: TracebackType | None,
    ) -> None:
        for handle in self._handles:
            handle.remove()
        self.model.set_attn_implementation(self._usual)
        self._running.__exit__(kind, error, where)  # of a pass that failed

    def _begin(self, _: nn.Module, given: tuple[Any, ...], named: dict[str, Any]) -> None:
        self._running.close()
        self.given = named.get(self.model.main_input_name, given[0] if given else None)
        inputs = 1 if self.given is None else len(self.given)
        partitions = self.structure.partitions(self._cells()) if self.structure else ()
        self.calls = self._running.enter_context(recording(inputs, partitions=partitions))

    def _end(self, _: nn.Module, given: Any, output: Any) -> None:
        self.output = output
        self._running.close()

    def view(self, index: int = 0) -> View:
        """One input of the last pass. Raises InputError where there is none of that number."""
        if self.given is None:
            raise InputError("nothing was recorded: run the model inside the `with`.")
        if not 0 <= index < len(self.given):
            raise InputError(f"input {index} is not in a batch of {len(self.given)}.", "index")
        return self._photo(index) if self.structure else self._text(index)

    def _cells(self) -> Grid:
        assert self.given is not None
        assert self.structure is not None
        cell = self.structure.cell
        height, width = self.given.shape[-2:]
        return Grid(height // cell, width // cell, cell)

    def _photo(self, index: int) -> PhotoView:
        assert self.given is not None
        assert self.structure is not None
        settings = self.processor.to_dict() if self.processor else {"do_normalize": True}
        image = Preparation.read(settings).picture(self.given[index])
        photo = Photo(image, image.width, image.height, "")
        crop = Crop(0.0, 0.0, float(image.width), float(image.height))
        calls, output = self.calls.only(index), _only(self.output, index, len(self.given))
        cells = self._cells()
        sites, said = self.structure.sites(cells, calls, output), self.structure.outputs
        frame = PhotoFrame(self.structure.frame(cells), crop)
        trace = Trace(self._name, frame, sites, said(output, cells, crop), {"forward_ms": 0.0})
        return PhotoView(
            trace, photo, max(image.size), str(self.model.dtype).removeprefix("torch.")
        )

    def _text(self, index: int) -> TextView:
        assert self.given is not None
        text = _spelt(self.given[index].tolist(), self.processor)
        axis = Tokens(text.labels)
        attentions = self.calls.attentions(index)
        causal = any(isinstance(each, QueryKey) and each.causal for each in attentions)
        stack = "decoder" if causal else "encoder"
        sites = tuple(
            Site(f"{stack}.{layer}.self", "self", layer, axis, axis, attention)
            for layer, attention in enumerate(attentions, start=1)
        )
        trace = Trace(self._name, TextFrame(axis), sites, timings={"forward_ms": 0.0})
        return TextView(trace, Reading(text, trace))

    @property
    def _name(self) -> str:
        return str(self.model.config.model_type)


def _only(output: Any, index: int, inputs: int) -> SimpleNamespace:
    """What a model gave, as if that input were alone in the batch."""
    parts = output.items() if isinstance(output, Mapping) else ()
    return SimpleNamespace(
        **{
            name: part[index : index + 1].detach()
            for name, part in parts
            if isinstance(part, Tensor) and part.ndim and len(part) == inputs
        }
    )


def _spelt(ids: list[int], tokenizer: Any) -> Text:
    """Token ids as a text: the pieces of a tokenizer one after another, else their numbers."""
    pieces = tokenizer.convert_ids_to_tokens(ids) if tokenizer else [str(number) for number in ids]
    special = set(tokenizer.all_special_ids) if tokenizer else set()
    tokens, end = [], 0
    for number, piece in zip(ids, pieces, strict=True):
        start, end = end, end + len(piece)
        tokens.append(Token(number, piece, piece, start, end, number in special))
        end += 1  # a space
    whole = " ".join(pieces)
    return Text(whole, tuple(tokens), group(whole, tuple(tokens)))
