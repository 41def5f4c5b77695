"""Training a head on the stem's features: seeded, with checkpoints, the same after a break."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn
from torch.nn import functional as F  # noqa: N812

from foveate.models.training.checkpoint import Checkpoint, Standing, groups, rate_at
from foveate.models.training.vision.features import Features
from foveate.models.zoo.image.heads.base import Head
from foveate.models.zoo.image.heads.table import head_of

LOOKED = 128  # composites at a time where nothing is learned


@dataclass(frozen=True, slots=True)
class Plan:
    """How to train a head: AdamW, a warm-up and a cosine, labels smoothed, maps mirrored."""

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
        self, plan: Plan, train: Features, val: Features, classes: int, folder: Path
    ) -> None:
        torch.manual_seed(plan.seed)
        self.plan, self.train, self.val, self.folder = plan, train, val, folder
        self.network = head_of(plan.head, classes)
        self.optimizer = torch.optim.AdamW(groups(self.network, plan.decay), lr=plan.rate)
        self.checkpoint = Checkpoint(folder, plan)
        self.progress = Standing()

    def run(self, report: Callable[[Standing], None] = lambda _: None) -> Head:
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
        """One pass over the composites; the mean loss."""
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
        maps, labels = self.train.batch(rows)
        mirrored = torch.from_numpy(chance.random(len(rows)) < 0.5)
        maps = torch.where(mirrored[:, None, None, None], maps.flip(3), maps)
        with torch.autocast("cpu", torch.bfloat16, enabled=self.plan.bfloat16):
            logits = self.network(maps)
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
def accuracy(network: Head, features: Features) -> NDArray[np.bool_]:
    """For each composite whether the head's first class is its target's, (N,)."""
    right: NDArray[np.bool_] = logits_of(network, features).argmax(1) == features.labels
    return right


@torch.inference_mode()
def logits_of(network: Head, features: Features) -> NDArray[np.float32]:
    """A head's logits of all composites, (N, classes)."""
    network.eval()
    parts = [
        network(features.batch(slice(first, first + LOOKED))[0])
        for first in range(0, len(features), LOOKED)
    ]
    return torch.cat(parts).numpy()
