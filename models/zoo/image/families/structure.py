"""What a vision model's attention calls are of, on a photo: plain tokens, or a subclass's own.

A photo is cut to whole cells, the patches of the coarsest grid; finer grids divide them. Axis sizes
in comments: B inputs, W windows.
"""

from __future__ import annotations

import inspect
import math
from collections.abc import Callable, Iterable, Sequence
from typing import Any, ClassVar

from torch import Tensor, nn
from transformers import AutoModel, AutoModelForImageClassification

from foveate.models.attention import Partition
from foveate.models.axis import Axis, Crop, Grid, Patches, Tokens
from foveate.models.errors import InputError, Unrecordable
from foveate.models.intervention import NO_OFFERS, NO_SWITCHES, Intervention, Offers, Switches
from foveate.models.network import Network
from foveate.models.recording import Calls, check_recordable
from foveate.models.site import Site
from foveate.models.trace import Deferred
from foveate.models.zoo.embedding import EmbeddedPatch
from foveate.models.zoo.gates import Part
from foveate.models.zoo.hooks import hook_pooling
from foveate.models.zoo.pretrained import POOLER

Names = Callable[[Any], tuple[str, ...]]  # of tokens that are no patches, from a configuration


def none(config: Any) -> tuple[str, ...]:
    """No tokens but patches."""
    return ()


def cls(config: Any) -> tuple[str, ...]:
    """A class token."""
    return ("cls",)


def cls_and_distillation(config: Any) -> tuple[str, ...]:
    """A class token, and one that learns from a teacher (Touvron et al. 2021)."""
    return "cls", "distillation"


def cls_and_registers(config: Any) -> tuple[str, ...]:
    """A class token, then registers (Darcet et al. 2024)."""
    count = config.num_register_tokens
    return ("cls", *(f"register{number}" for number in range(1, count + 1)))


class Structure:
    """Tokens of one grid, the same in every layer: a plain vision transformer.

    `cell` is the side of a cell in pixels, and `side` that of the only picture the model takes,
    None where it takes any of whole cells. `model` is the network that attends, `whole` what a pass
    runs: the same with its classifier, where it has one.
    """

    architectures: ClassVar[dict[str, Any]] = {}  # by what a folder says it holds; else AutoModel
    unused: ClassVar[tuple[str, ...]] = (POOLER, "text_", "logit_", "visual_projection.")

    def __init__(self, model: Any, prefix: Names = none, suffix: Names = none) -> None:
        classifier = classifies([type(model).__name__])
        body = model.base_model if classifier else model
        self.model: Any = getattr(body, "vision_model", body)
        self.whole: Any = model if classifier else self.model
        self.config: Any = self.model.config
        self.prefix, self.suffix = prefix(self.config), suffix(self.config)
        self.options = _interpolation(self.model)
        self.prepare()

    @classmethod
    def architecture(cls, config: dict[str, Any]) -> Any:
        """Which of transformers' classes loads a folder with that config.json."""
        held = config.get("architectures") or ()
        for name in held:
            if name in cls.architectures:
                return cls.architectures[name]
        usual = AutoModelForImageClassification if classifies(held) else AutoModel
        return cls.architectures.get("", usual)

    @classmethod
    def check(cls, model: Any) -> None:
        """Raises Unrecordable for a model whose attention would be recorded wrong."""
        check_recordable(model)

    def prepare(self) -> None:
        """What is to be done to the model before its first pass: nothing."""

    @property
    def cell(self) -> int:
        backbone: Any = getattr(self.config, "backbone_config", None)
        return one_side((backbone if hasattr(backbone, "patch_size") else self.config).patch_size)

    @property
    def side(self) -> int | None:
        return None

    def frame(self, cells: Grid) -> Patches:
        """The axis on which a photo of these cells is looked at."""
        return Patches(cells, self.prefix, self.suffix)

    def partitions(self, cells: Grid) -> Sequence[Partition | None]:
        """How each call divides its tokens; nothing where none does."""
        return ()

    def run(self, pixels: Tensor) -> Any:
        """Pixels (B, 3, height, width) to what the model gives.

        Raises Unrecordable where the model cannot take them: another family's code, or a
        configuration that nobody has tried with photos of any shape.
        """
        try:
            return self.whole(pixels, **self.options, **self.arguments(pixels))
        except InputError:
            raise
        except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as error:
            raise self._refusal(pixels, error) from error
        except RuntimeError as error:
            if "memory" in str(error):
                raise
            raise self._refusal(pixels, error) from error

    def _refusal(self, pixels: Tensor, error: Exception) -> Unrecordable:
        height, width = pixels.shape[-2:]
        reason = (str(error).splitlines() or [""])[0][:200]
        return Unrecordable(
            f"This {self.config.model_type} does not take {width} x {height} pixels as a vision "
            f"transformer would ({type(error).__name__}: {reason})."
        )

    def arguments(self, pixels: Tensor) -> dict[str, Any]:
        """What a pass is given beside the pixels and the `options`."""
        return {}

    @property
    def offers(self) -> Offers:
        """What can be changed in a pass: nothing."""
        return NO_OFFERS

    def switches(self, asked: Intervention) -> Switches:
        """An intervention that is offered, by the modules that it changes."""
        return NO_SWITCHES

    def embedded(
        self, pixels: Tensor, cells: Grid, patch: tuple[int, int], channel: int
    ) -> EmbeddedPatch:
        """How a patch (row, column) becomes a token. Raises InputError where it does not so."""
        raise InputError(
            f"{self.config.model_type} adds no learned position to its patches: choose a plain "
            "vision transformer, such as dinov2-small.",
            "trace_id",
        )

    parts: Sequence[Part] = ()  # of the network, where it is drawn part by part

    def drawn(self, pixels: Tensor, calls: Calls) -> Network | None:
        """The network with the sizes of a pass, where it is known."""
        return None

    def sites(self, cells: Grid, calls: Calls, output: Any) -> tuple[Site, ...]:
        """The sites of a pass. Raises Unrecordable where the calls are not those expected."""
        axis = self.frame(cells)
        return tuple(
            Site(f"encoder.{layer}.self", "self", layer, axis, axis, attention)
            for layer, attention in enumerate(calls.attentions(), start=1)
        )

    def outputs(self, output: Any, cells: Grid, crop: Crop) -> dict[str, Deferred]:
        """What else the model says of a photo: of a classifier, `classes` (1, classes)."""
        logits, labels = getattr(output, "logits", None), self.labels
        if logits is None or not labels:
            return {}
        found = logits[:1].detach().float()
        return {"classes": Deferred(lambda: found.softmax(-1), found.nbytes, labels)}

    @property
    def labels(self) -> tuple[str, ...]:
        """The classes of a classifier by name; none where they do not exclude each other."""
        config = self.whole.config
        exclusive = config.problem_type in (None, "single_label_classification")
        if self.whole is self.model or not exclusive or config.num_labels < 2:
            return ()
        named = config.id2label
        return tuple(str(named.get(n, f"class {n}")) for n in range(config.num_labels))


class Hooked(Structure):
    """A model that does not use transformers' attention interface: `prepare` hooks its layers."""

    @classmethod
    def check(cls, model: Any) -> None:
        """Nothing to check: what is recorded is what the layers themselves compute."""


class PooledByProbe(Structure):
    """Patches alone, and a head that gathers them by one learned query (SigLIP, Zhai et al. 2023).

    Its site is the last, `pooler.1.cross`: what the whole picture's vector is made of.
    """

    def prepare(self) -> None:
        if getattr(self.model, "head", None) is not None:
            hook_pooling(self.model.head.attention)

    def sites(self, cells: Grid, calls: Calls, output: Any) -> tuple[Site, ...]:
        pooled = [call for call in calls if isinstance(call.module, nn.MultiheadAttention)]
        layers = Calls()
        layers.extend(calls[: len(calls) - len(pooled)])
        key = self.frame(cells)
        heads = [call.item(0) for call in pooled]
        pooler = (Site("pooler.1.cross", "cross", 1, Tokens(("probe",)), key, a) for a in heads)
        return (*super().sites(cells, layers, output), *pooler)


def finer(cells: Grid, patches: int) -> Grid:
    """The grid of so many patches that divides every cell into as many rows as columns.

    Raises Unrecordable where there is none.
    """
    parts = math.isqrt(max(patches, 0) // cells.size)
    if parts == 0 or parts * parts * cells.size != patches or cells.patch_size % parts:
        raise Unrecordable(
            f"{patches} tokens are no grid over {cells.rows} x {cells.columns} cells of "
            f"{cells.patch_size} pixels: this model's structure is not known."
        )
    return Grid(cells.rows * parts, cells.columns * parts, cells.patch_size // parts)


def staged(
    kinds: Sequence[tuple[int, int]], calls: Calls, axes: Sequence[tuple[Axis, Axis]]
) -> tuple[Site, ...]:
    """Sites of self-attention named by stage and block, `kinds`, both from 1."""
    if not len(kinds) == len(calls) == len(axes):
        raise Unrecordable(
            f"{len(calls)} attention calls were recorded, and {len(kinds)} blocks expected: this "
            "model's structure is not known."
        )
    return tuple(
        Site(f"stage{stage}.{block}.self", "self", layer, query, key, attention)
        for layer, ((stage, block), (query, key), attention) in enumerate(
            zip(kinds, axes, calls.attentions(), strict=True), start=1
        )
    )


def blocks_of(depths: Sequence[int]) -> list[tuple[int, int]]:
    """Stage and block, both from 1, of every block in its order."""
    return [(s, b) for s, depth in enumerate(depths, 1) for b in range(1, depth + 1)]


def classifies(names: Iterable[str]) -> bool:
    """Whether any of transformers' classes, by its name, ends in a classifier of photos."""
    return any("ForImageClassification" in name for name in names)


def one_side(size: Any) -> int:
    """A side that a configuration gives once, or as a pair of equal ones."""
    sides = set(size) if isinstance(size, list | tuple) else {size}
    if len(sides) != 1:
        raise Unrecordable(f"{size} pixels are not square: this model is not shown here.")
    return int(sides.pop())


def _interpolation(model: nn.Module) -> dict[str, Any]:
    """Asks for interpolated position embeddings where a model does not do so by itself."""
    known = inspect.signature(model.forward).parameters
    return {"interpolate_pos_encoding": True} if "interpolate_pos_encoding" in known else {}
