"""Training a decoder on cached features: seeded, with checkpoints, the same after a break."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn

from foveate.models.training.checkpoint import Checkpoint, Standing, groups, rate_at
from foveate.models.training.streets.features import Features, Window
from foveate.models.zoo.image.decoders.classes import CLASSES, IGNORED, LABELS
from foveate.models.zoo.image.decoders.table import decoder_of

LOOKED, EVERY = 2, 6  # pictures at a time where nothing is learned, epochs between looks


@dataclass(frozen=True, slots=True)
class Plan:
    """How to train a decoder: AdamW, a warm-up and a cosine, parts of pictures.

    `copies` of every picture there are; a part has `share` of the cells along either side. Rare
    classes count more, by their frequency to the power of minus `power`; `dice` is how much the
    overlap of the classes counts beside the cross-entropy. What is looked at and kept is the
    average of the weights over the last steps, of which each counts `memory` times the next.
    """

    decoder: str
    epochs: int = 12
    batch: int = 4
    rate: float = 4e-3
    warmup: float = 0.1
    decay: float = 0.05
    copies: int = 3
    share: float = 0.7
    power: float = 0.5
    dice: float = 0.5
    memory: float = 0.99
    seed: int = 0
    bfloat16: bool = False


class Trainer:
    """Trains a decoder; every epoch's order and chance follow from the seed and its number.

    `frequencies` are those of the classes among the training labels.
    """

    def __init__(
        self,
        plan: Plan,
        train: Sequence[Features],
        val: Features,
        frequencies: NDArray[np.float64],
        folder: Path,
    ) -> None:
        torch.manual_seed(plan.seed)
        self.plan, self.train, self.val, self.folder = plan, train, val, folder
        self.weights = _class_weights(frequencies[: len(CLASSES)], plan.power)
        self.network = decoder_of(plan.decoder).to(memory_format=torch.channels_last)
        self.optimizer = torch.optim.AdamW(groups(self.network, plan.decay), lr=plan.rate)
        averaging = get_ema_multi_avg_fn(plan.memory)  # type: ignore[no-untyped-call]
        self.average = AveragedModel(self.network, multi_avg_fn=averaging, use_buffers=True)
        self.both = nn.ModuleList([self.network, self.average])
        self.checkpoint = Checkpoint(folder, plan)
        self.progress = Standing()

    def run(self, report: Callable[[Standing], None] = lambda _: None) -> nn.Module:
        """Trains to the plan's end, from the last checkpoint if there is one; the average."""
        self.progress = self.checkpoint.resume(self.both, self.optimizer)
        while self.progress.epoch < self.plan.epochs:
            start = time.process_time()
            loss = self._epoch(self.progress.epoch)
            self.progress.epoch += 1
            self.progress.seconds += time.process_time() - start
            self._note(loss)
            self.checkpoint.save(self.both, self.optimizer, self.progress)
            report(self.progress)
        found: nn.Module = self.average.module.eval()
        return found

    def _epoch(self, epoch: int) -> float:
        """One pass over the pictures; the mean loss."""
        chance = np.random.default_rng([self.plan.seed, epoch])
        torch.manual_seed(1000 * self.plan.seed + epoch)  # of dropout
        self.network.train()
        order = chance.permutation(len(self.train[0]))
        batches = np.array_split(order, math.ceil(len(order) / self.plan.batch))
        losses = [
            self._step(rows, chance, (epoch + number / len(batches)) / self.plan.epochs)
            for number, rows in enumerate(batches)
        ]
        return sum(losses) / len(losses)

    def _step(self, rows: NDArray[Any], chance: np.random.Generator, done: float) -> float:
        for group in self.optimizer.param_groups:
            group["lr"] = self.plan.rate * rate_at(done, self.plan.warmup)
        copy = self.train[int(chance.integers(len(self.train)))]
        maps, labels = copy.batch(rows, self._window(copy.cells, chance))
        logits = self._logits(self.network, maps)
        loss = loss_of(*_paired(logits, labels, chance), self.weights, self.plan.dice)
        self.optimizer.zero_grad(set_to_none=True)
        loss.backward()  # type: ignore[no-untyped-call]
        nn.utils.clip_grad_norm_(self.network.parameters(), 1.0)
        self.optimizer.step()
        self.average.update_parameters(self.network)
        return float(loss.detach())

    def _window(self, cells: tuple[int, int], chance: np.random.Generator) -> Window:
        rows, columns = (max(1, round(self.plan.share * size)) for size in cells)
        row, column = (
            int(chance.integers(most + 1)) for most in (cells[0] - rows, cells[1] - columns)
        )
        return Window(row, column, rows, columns)

    def _logits(self, network: nn.Module, maps: Sequence[Tensor]) -> Tensor:
        kind = torch.bfloat16 if self.plan.bfloat16 else torch.float32
        ready = [each.to(kind).contiguous(memory_format=torch.channels_last) for each in maps]
        with torch.autocast("cpu", torch.bfloat16, enabled=self.plan.bfloat16):
            found: Tensor = network(ready)
        return found.float()

    def _note(self, loss: float) -> None:
        entry: dict[str, Any] = {
            "epoch": self.progress.epoch,
            "seconds": round(self.progress.seconds, 1),
            "loss": round(loss, 4),
        }
        if self.progress.epoch % EVERY == 0 or self.progress.epoch == self.plan.epochs:
            ious = self.look(self.average.module.eval())
            entry |= noted(ious)
        self.progress.log.append(entry)

    @torch.inference_mode()
    def look(self, network: nn.Module) -> NDArray[np.float64]:
        """The classes' intersections over unions on the validation pictures."""
        counts = np.zeros((len(CLASSES), len(CLASSES)), np.int64)
        for first in range(0, len(self.val), LOOKED):
            rows = range(first, min(first + LOOKED, len(self.val)))
            maps, labels = self.val.batch(rows)
            logits, labels = _paired(self._logits(network, maps), labels)
            counts += confusion(logits.argmax(1).numpy(), labels.numpy())
        return ious_of(counts)


def noted(ious: NDArray[np.float64]) -> dict[str, Any]:
    """Their mean, and each by its class."""
    by_class = dict(zip(LABELS, ious.round(3).tolist(), strict=True))
    return {"miou": round(float(ious.mean()), 4), "iou": by_class}


def loss_of(logits: Tensor, labels: Tensor, weights: Tensor, dice: float) -> Tensor:
    """Weighted cross-entropy, and the classes' mean Dice loss (Milletari et al. 2016): 1 - 2 the
    shared over the sum of both, of the classes that are there.

    Logits (B, classes, rows, columns), labels (B, rows, columns).
    """
    chances = logits.log_softmax(1)
    loss = F.nll_loss(chances, labels, weights, ignore_index=IGNORED)
    if not dice:
        return loss
    said, flat = chances.exp(), labels.flatten()
    right = said.gather(1, labels.clamp(max=IGNORED - 1)[:, None]).flatten()
    shared = right.new_zeros(IGNORED + 1).index_add(0, flat, right)[:IGNORED]
    there = flat.bincount(minlength=IGNORED + 1)[:IGNORED]
    both = torch.einsum("bcij,bij->c", said, (labels != IGNORED).float()) + there
    return loss + dice * (1 - 2 * shared / both.clamp(min=1))[there > 0].mean()


def confusion(said: NDArray[Any], labels: NDArray[Any]) -> NDArray[np.int64]:
    """How often a pixel of one class (row) was said to be of another (column)."""
    known = labels < IGNORED
    pairs = labels[known].astype(np.int64) * IGNORED + said[known]
    return np.bincount(pairs, minlength=IGNORED**2).reshape(IGNORED, IGNORED)


def ious_of(counts: NDArray[np.int64]) -> NDArray[np.float64]:
    """Intersection over union by class, (..., classes), of (..., classes, classes); NaN for a class
    that is neither there nor said.
    """
    shared = np.diagonal(counts, axis1=-2, axis2=-1).astype(np.float64)
    union = counts.sum(-1) + counts.sum(-2) - shared
    found: NDArray[np.float64] = np.full_like(shared, np.nan)
    np.divide(shared, union, out=found, where=union > 0)
    return found


def _paired(
    logits: Tensor, labels: Tensor, chance: np.random.Generator | None = None
) -> tuple[Tensor, Tensor]:
    """Logits at half the labels' size, and of every four labels one at random; without chance, all
    labels, and logits of their size.
    """
    height, width = labels.shape[1:]
    if chance is None:
        return F.interpolate(logits, (height, width), mode="bilinear"), labels
    half = height // 2, width // 2
    if logits.shape[2:] != half:
        logits = F.interpolate(logits, half, mode="bilinear")
    down, right = chance.integers(2, size=2)
    return logits, labels[:, down::2, right::2].contiguous()


def _class_weights(frequencies: NDArray[np.float64], power: float) -> Tensor:
    """1 for the class of median frequency (Eigen and Fergus 2015, there with a power of 1)."""
    weights = (np.median(frequencies) / np.maximum(frequencies, 1e-9)) ** power
    return torch.from_numpy(weights).float()
