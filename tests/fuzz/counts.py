"""What a fuzzer has seen."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field


@dataclass(slots=True)
class Counts:
    """How often there was which outcome, and what was wrong."""

    name: str
    outcomes: Counter[str] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)

    def note(self, outcome: str) -> None:
        self.outcomes[outcome] += 1

    def fail(self, fault: str) -> None:
        self.note("FAULT")
        self.faults.append(fault[:500])

    def __str__(self) -> str:
        listed = ", ".join(f"{count} {name}" for name, count in self.outcomes.most_common())
        return f"{self.name}: {self.outcomes.total()} tried: {listed or 'nothing'}"
