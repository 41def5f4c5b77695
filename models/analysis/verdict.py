"""What a classifier says of a photo: its classes by name, the most probable first."""

from __future__ import annotations

from dataclasses import dataclass

from foveate.models.errors import InputError
from foveate.models.trace import Deferred, Trace

MOST_LETTERS = 40  # of a class quoted in an error


@dataclass(frozen=True, slots=True)
class ClassProbability:
    """A class by its number from 0, its name, and its probability among all classes."""

    number: int
    label: str
    probability: float


def verdict(trace: Trace, top: int = 5) -> list[ClassProbability]:
    """The `top` most probable classes of the whole photo. Raises InputError where the model has
    none.
    """
    found = classes_of(trace)
    chances = found.value()[0]  # (classes,)
    best, numbers = chances.topk(min(top, len(chances)))
    pairs = zip(numbers.tolist(), best.tolist(), strict=True)
    return [ClassProbability(number, found.labels[number], chance) for number, chance in pairs]


def class_of(trace: Trace, name: str | None) -> ClassProbability:
    """A class by its number or name; without one, the most probable. Raises InputError."""
    if name is None:
        return verdict(trace, 1)[0]
    found = classes_of(trace)
    number = _number(name, found.labels)
    return ClassProbability(number, found.labels[number], float(found.value()[0, number]))


def classes_of(trace: Trace) -> Deferred:
    """The output `classes` (1, classes) of a classifier. Raises InputError where it has none."""
    found = trace.outputs.get("classes")
    if found is None or not found.labels:
        raise not_classified(trace.model)
    return found


def not_classified(model: str) -> InputError:
    """What is said where a model has no classes."""
    return InputError(f"{model} is no classifier: it has no verdict in words.", "trace_id")


def _number(name: str, labels: tuple[str, ...]) -> int:
    word = name.strip()
    lowered = [label.lower() for label in labels]
    if word.lower() in lowered:
        return lowered.index(word.lower())
    if word.isascii() and word.isdigit() and len(word) < 7 and int(word) < len(labels):
        return int(word)
    raise InputError(
        f"class {name[:MOST_LETTERS]!r} is not one of this model's: give a number from 0 to "
        f"{len(labels) - 1}, or a name as the verdict has it, such as {labels[0]!r}.",
        "class",
    )
