"""What lets a run on cached features go on after a break: it ends as without one."""

from __future__ import annotations

import json
import math
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from foveate.models.errors import InputError

CHECKPOINT = "checkpoint.pt"


@dataclass(slots=True)
class Standing:
    """How far a run has come: epochs done, seconds, and an entry of the log for each."""

    epoch: int = 0
    seconds: float = 0.0
    log: list[dict[str, Any]] = field(default_factory=list)


class Checkpoint:
    """The file in a run's folder, and the plan that it was begun with (a dataclass)."""

    def __init__(self, folder: Path, plan: Any) -> None:
        self.path, self.plan = folder / CHECKPOINT, asdict(plan)

    def save(self, network: nn.Module, optimizer: Any, progress: Standing) -> None:
        """Written beside and renamed into place."""
        state = {
            "network": network.state_dict(),
            "optimizer": optimizer.state_dict(),
            "progress": json.dumps(asdict(progress)),
            "plan": json.dumps(self.plan),
        }
        self.path.parent.mkdir(parents=True, exist_ok=True)
        scratch = self.path.with_name(f"{CHECKPOINT}.new")
        torch.save(state, scratch)
        scratch.replace(self.path)

    def resume(self, network: nn.Module, optimizer: Any) -> Standing:
        """Puts both where the run had come to, if it was begun. Raises InputError."""
        if not self.path.is_file():
            return Standing()
        state = torch.load(self.path, weights_only=True)
        self._same_plan(json.loads(state["plan"]))
        network.load_state_dict(state["network"])
        optimizer.load_state_dict(state["optimizer"])
        return Standing(**json.loads(state["progress"]))

    def _same_plan(self, begun: dict[str, Any]) -> None:
        """Raises InputError where a run would go on otherwise than it began."""
        changed = [
            f"{name} = {begun.get(name)!r}, not {value!r}"
            for name, value in self.plan.items()
            if begun.get(name) != value
        ]
        if changed:
            raise InputError(
                f"{self.path} was begun with {', '.join(changed)}: give the same, or another "
                "folder (--out)."
            )


def rate_at(done: float, warmup: float) -> float:
    """The share of the highest rate when so much of the run is done: a warm-up, then a cosine."""
    if done < warmup:
        return done / warmup + 0.01
    return 0.01 + 0.99 * (1 + math.cos(math.pi * (done - warmup) / (1 - warmup))) / 2


def groups(network: nn.Module, decay: float) -> list[dict[str, Any]]:
    """Matrices decay; biases, norms and positions do not."""
    matrices: list[Tensor] = []
    others: list[Tensor] = []
    for name, parameter in network.named_parameters():
        plain = parameter.dim() > 1 and not name.endswith(("position", "asked", "table"))
        (matrices if plain else others).append(parameter)
    return [
        {"params": matrices, "weight_decay": decay},
        {"params": others, "weight_decay": 0.0},
    ]
