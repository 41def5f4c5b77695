"""Training a head on frozen features: seeded, with checkpoints, the same after a break."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812

from foveate.models.training.checkpoint import Checkpoint, Standing, groups, rate_at
from foveate.models.zoo.image.heads.table import head_of

LOOKED = 128  # examples at a time where nothing is learned


class Examples(Protocol):
    """What is learned from, or judged on: examples by number, each with its label and the share of
    the picture or of the time that its thing has.
    """

    @property
    def labels(self) -> NDArray[np.int64]: ...

    @property
    def shares(self) -> NDArray[np.float64]: ...

    def __len__(self) -> int: ...

    def batch(self, rows: Any, chance: np.random.Generator | None = None) -> tuple[Tensor, Tensor]:
        """Features and labels of some; in training each varied by `chance`."""


@dataclass(frozen=True, slots=True)
class Plan:
    """How to train a head: AdamW, a warm-up and a cosine, labels smoothed, examples varied."""

    head: str
    composites: int = 6000
    epochs: int = 10
    batch: int = 64
    rate: float = 1e-2
    warmup: float = 0.1
    decay: float = 0.1
    smoothing: float = 0.1
    seed: int = 0
    bfloat16: bool = False


class Trainer:
    """Trains a head; every epoch's order and chance follow from the seed and its number."""

    def __init__(
        self,
        plan: Plan,
        train: Examples,
        val: Examples,
        classes: int,
        folder: Path,
        made: Callable[[str, int], nn.Module] = head_of,
    ) -> None:
        torch.manual_seed(plan.seed)
        self.plan, self.train, self.val, self.folder = plan, train, val, folder
        self.network = made(plan.head, classes)
        self.optimizer = torch.optim.AdamW(groups(self.network, plan.decay), lr=plan.rate)
        self.checkpoint = Checkpoint(folder, plan)
        self.progress = Standing()

    def run(self, report: Callable[[Standing], None] = lambda _: None) -> nn.Module:
        """Trains to the plan's end, from the last checkpoint if there is one."""
        self.progress = self.checkpoint.resume(self.network, self.optimizer)
        while self.progress.epoch < self.plan.epochs:
            start = time.perf_counter()
            loss = self._epoch(self.progress.epoch)
            self.progress.epoch += 1
            self.progress.seconds += time.perf_counter() - start
            self._note(loss)
            self.checkpoint.save(self.network, self.optimizer, self.progress)
            report(self.progress)
        return self.network.eval()

    def _epoch(self, epoch: int) -> float:
        """One pass over the examples; the mean loss."""
        chance = np.random.default_rng([self.plan.seed, epoch])
        torch.manual_seed(1000 * self.plan.seed + epoch)  # of dropout
        self.network.train()
        order = chance.permutation(len(self.train))
        batches = np.array_split(order, math.ceil(len(order) / self.plan.batch))
        losses = [
            self._step(rows, chance, (epoch + number / len(batches)) / self.plan.epochs)
            for number, rows in enumerate(batches)
        ]
        return sum(losses) / len(losses)

    def _step(self, rows: NDArray[Any], chance: np.random.Generator, done: float) -> float:
        for group in self.optimizer.param_groups:
            group["lr"] = self.plan.rate * rate_at(done, self.plan.warmup)
        given, labels = self.train.batch(rows, chance)
        with torch.autocast("cpu", torch.bfloat16, enabled=self.plan.bfloat16):
            logits = self.network(given)
        loss = F.cross_entropy(logits.float(), labels, label_smoothing=self.plan.smoothing)
        self.optimizer.zero_grad(set_to_none=True)
        loss.backward()  # type: ignore[no-untyped-call]
        nn.utils.clip_grad_norm_(self.network.parameters(), 1.0)
        self.optimizer.step()
        return float(loss.detach())

    def _note(self, loss: float) -> None:
        right = accuracy(self.network, self.val)
        entry = {
            "epoch": self.progress.epoch,
            "seconds": round(self.progress.seconds, 1),
            "loss": round(loss, 4),
            "accuracy": {
                f"{share:.3f}": round(float(right[np.isclose(self.val.shares, share)].mean()), 4)
                for share in sorted(set(self.val.shares.tolist()), reverse=True)
            },
        }
        self.progress.log.append(entry)


@torch.inference_mode()
def accuracy(network: nn.Module, examples: Examples) -> NDArray[np.bool_]:
    """For each example whether the head's first class is its own, (N,)."""
    right: NDArray[np.bool_] = logits_of(network, examples).argmax(1) == examples.labels
    return right


@torch.inference_mode()
def logits_of(network: nn.Module, examples: Examples) -> NDArray[np.float32]:
    """A head's logits of all examples, (N, classes)."""
    network.eval()
    parts = [
        network(examples.batch(slice(first, first + LOOKED))[0])
        for first in range(0, len(examples), LOOKED)
    ]
    return torch.cat(parts).numpy()
