"""The training loop: teacher forcing, warm-up and decay, checkpoints, exact resume.

A run ends after a number of target tokens, or when validation BLEU has not risen for `patience`
looks. What it needs to go on is in one file, written beside and renamed into place.
"""

from __future__ import annotations

import json
import math
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812

from foveate.models.errors import InputError
from foveate.models.training.loss import smoothed_cross_entropy
from foveate.models.training.pairs import Batch, Ids, Mixture, padded
from foveate.models.translation import search

CHECKPOINT = "checkpoint.pt"
NOTED = 100  # steps between entries of the log
Score = Callable[[nn.Module], Mapping[str, float]]


@dataclass(frozen=True, slots=True)
class Plan:
    """How to train. `tokens` are target tokens in all, `batch` those of one step.

    `sampled` is the share of words that scheduled sampling has come to replace at the end.
    """

    tokens: int
    batch: int = 2400
    rate: float = 1e-3
    warmup: float = 0.05
    smoothing: float = 0.1
    clip: float = 1.0
    sampled: float = 0.0
    seed: int = 1
    every: int = 500
    patience: int = 8
    bfloat16: bool = False


@dataclass(slots=True)
class Standing:
    """How far a run has come, and its log.

    An entry has the mean loss a token since the one before; at a look at the validation data, also
    what was found there. `summed` and `counted` are the loss and tokens of the next entry.
    """

    step: int = 0
    tokens: int = 0
    epoch: int = 0
    batch: int = 0
    seconds: float = 0.0
    best: float = -1.0
    since: int = 0
    summed: float = 0.0
    counted: int = 0
    log: list[dict[str, float]] = field(default_factory=list)


class Trainer:
    """Trains a network of the zoo on a mixture; `score` says how good it is, higher is better.

    `recipe` is what else made the run what it is: a run goes on under the same plan and recipe.
    """

    def __init__(
        self,
        network: Any,
        mixture: Mixture,
        plan: Plan,
        folder: Path,
        score: Score | None = None,
        recipe: Mapping[str, Any] | None = None,
    ) -> None:
        self.device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
        self.network = network.to(self.device)
        self.mixture, self.plan, self.folder, self.score = mixture, plan, folder, score
        matrices = [p for p in network.parameters() if p.dim() > 1]
        others = [p for p in network.parameters() if p.dim() <= 1]
        self.optimizer = torch.optim.AdamW(
            [{"params": matrices, "weight_decay": 0.01}, {"params": others, "weight_decay": 0.0}],
            lr=plan.rate,
            betas=(0.9, 0.98),
            fused=True,
        )
        self.recipe = {**(recipe or {}), **asdict(plan)}
        self.progress = Standing()
        self.best: dict[str, Tensor] = {}

    def run(self, report: Callable[[Standing, float], None] = lambda *_: None) -> Standing:
        """Trains to the end of the plan; `report` sees every step's progress and loss."""
        torch.manual_seed(self.plan.seed)
        self._resume()
        self.network.train()
        for pairs in self._batches():
            start = time.perf_counter()
            loss, tokens = self._step(padded(pairs))
            self._count(loss, tokens, time.perf_counter() - start)
            report(self.progress, loss)
            if self.progress.step % self.plan.every == 0 or self.done:
                self._look()
            elif self.progress.step % NOTED == 0:
                self._note({})
        return self.progress

    @property
    def done(self) -> bool:
        """Whether all tokens were seen, or the score has not risen for so many looks."""
        at = self.progress
        return at.tokens >= self.plan.tokens or at.since >= self.plan.patience

    def _count(self, loss: float, tokens: int, seconds: float) -> None:
        at = self.progress
        at.step, at.batch = at.step + 1, at.batch + 1
        at.tokens, at.seconds = at.tokens + tokens, at.seconds + seconds
        at.summed, at.counted = at.summed + loss * tokens, at.counted + tokens

    def _batches(self) -> Iterator[list[Ids]]:
        while not self.done:
            plan, at = self.plan, self.progress
            batches = self.mixture.batches(plan.seed, at.epoch, plan.batch)
            while at.batch < len(batches) and not self.done:
                yield batches[at.batch]
            if at.batch >= len(batches):
                at.epoch, at.batch = at.epoch + 1, 0

    def _step(self, batch: Batch) -> tuple[float, int]:
        for group in self.optimizer.param_groups:
            group["lr"] = self._rate()
        with torch.autocast(self.device.type, torch.bfloat16, enabled=self.plan.bfloat16):
            loss = self.loss(batch)
        self.optimizer.zero_grad(set_to_none=True)
        loss.backward()  # type: ignore[no-untyped-call]
        nn.utils.clip_grad_norm_(self.network.parameters(), self.plan.clip)
        self.optimizer.step()
        return float(loss.detach()), batch.tokens

    def loss(self, batch: Batch) -> Tensor:
        """Mean cross-entropy a target token, in nats, with smoothed labels."""
        target = batch.target.to(self.device)
        state = self.network.encode(batch.source.to(self.device), batch.mask.to(self.device))
        states = self.network.decode(self._inputs(batch, target), state)
        real = target >= 0
        weight, bias = self.network.output(None)
        dtype = torch.bfloat16 if self.plan.bfloat16 else torch.float32
        return smoothed_cross_entropy(
            states[real], weight, bias, target[real], self.plan.smoothing, dtype
        )

    def _inputs(self, batch: Batch, target: Tensor) -> Tensor:
        """The start token and the target but its last; some replaced by the model's own words.

        Scheduled sampling in two passes (Bengio et al. 2015, of which the linear schedule is, too;
        Mihaylova and Martins 2019).
        """
        words = target.clamp(min=0)
        inputs = search.forced(self.network, words)
        if not self.plan.sampled:
            return inputs
        with torch.no_grad():
            source, mask = batch.source.to(self.device), batch.mask.to(self.device)
            states = self.network.decode(inputs, self.network.encode(source, mask))
            own = F.linear(states, *self.network.output(None)).argmax(-1)
        share = self.plan.sampled * min(1.0, self.progress.tokens / self.plan.tokens)
        swapped = torch.rand(words.shape, device=self.device) < share
        return search.forced(self.network, torch.where(swapped, own, words))

    def _rate(self) -> float:
        """Linear warm-up, then a cosine down to a hundredth, over the plan's tokens."""
        done = self.progress.tokens / self.plan.tokens
        if done < self.plan.warmup:
            return self.plan.rate * (done / self.plan.warmup + 0.01)
        rest = min(1.0, (done - self.plan.warmup) / (1 - self.plan.warmup))
        return self.plan.rate * (0.01 + 0.99 * (1 + math.cos(math.pi * rest)) / 2)

    def _look(self) -> None:
        """Scores the network, keeps it if it is the best so far, and writes the checkpoint."""
        at = self.progress
        scores: Mapping[str, float] = {}
        if self.score is not None:
            random = self._random()
            self.network.eval()
            scores = self.score(self.network)
            self.network.train()
            self._restore(random)
            at.since += 1
            if scores["score"] > at.best:
                at.best, at.since = scores["score"], 0
                self.best = {k: v.half().clone() for k, v in self.network.state_dict().items()}
        self._note(scores)
        self._save()

    def _note(self, scores: Mapping[str, float]) -> None:
        at = self.progress
        loss = round(at.summed / max(at.counted, 1), 4)
        entry = {"step": at.step, "tokens": at.tokens, "seconds": round(at.seconds, 1)}
        at.log.append({**entry, "loss": loss, **scores})
        at.summed, at.counted = 0.0, 0

    def _save(self) -> None:
        state = {
            "network": self.network.state_dict(),
            "optimizer": self.optimizer.state_dict(),
            "best": self.best,
            "random": self._random(),
            "progress": json.dumps(asdict(self.progress)),
            "recipe": json.dumps(self.recipe),
        }
        self.folder.mkdir(parents=True, exist_ok=True)
        scratch = self.folder / f"{CHECKPOINT}.new"
        torch.save(state, scratch)
        scratch.replace(self.folder / CHECKPOINT)

    def _resume(self) -> None:
        path = self.folder / CHECKPOINT
        if not path.is_file():
            return
        state = torch.load(path, weights_only=True, map_location=self.device)
        self._same_recipe(json.loads(state["recipe"]), path)
        self.network.load_state_dict(state["network"])
        self.optimizer.load_state_dict(state["optimizer"])
        self.best = state["best"]
        self.progress = Standing(**json.loads(state["progress"]))
        self._restore(state["random"])

    def _same_recipe(self, begun: Mapping[str, Any], path: Path) -> None:
        """Raises InputError where a run would go on otherwise than it began."""
        now: dict[str, Any] = json.loads(json.dumps(self.recipe))
        changed = [
            f"{k} = {begun.get(k)!r}, not {v!r}" for k, v in now.items() if begun.get(k) != v
        ]
        if changed:
            raise InputError(
                f"{path} was begun with {', '.join(changed)}: give the same, or another folder "
                "(--out), into which --start takes weights along."
            )

    def _random(self) -> list[Tensor]:
        """What dropout draws from: the processor's state, and the GPU's where there is one."""
        devices = [torch.cuda.get_rng_state()] if self.device.type == "cuda" else []
        return [torch.get_rng_state(), *devices]

    def _restore(self, random: list[Tensor]) -> None:
        torch.set_rng_state(random[0].cpu())
        for state in random[1:]:
            torch.cuda.set_rng_state(state.cpu())
