"""What can go wrong with an input, with weights or with a model, each with a sentence."""

from __future__ import annotations


class InputError(ValueError):
    """What the caller sent cannot be used; the message says why, what was expected, what to do."""

    def __init__(self, message: str, parameter: str | None = None) -> None:
        super().__init__(message)
        self.parameter = parameter


class UnsupportedInput(InputError):
    """The bytes are not of a kind that can be read at all."""


class OversizedInput(InputError):
    """The input is of the right kind and too large."""


class NotFinite(InputError):
    """What a model gave for an input is NaN or infinite: nothing of it is kept or shown."""

    def __init__(self, what: str) -> None:
        super().__init__(
            f"{what} came out as NaN or infinity for this input, so nothing is shown: try another "
            "resolution, crop or model.",
            "model",
        )


class NoAttention(InputError):
    """Weights were asked of a trace that has no site: its model attends to nothing."""

    def __init__(self, model: str) -> None:
        super().__init__(
            f"model {model} has no attention, so its trace has no weights: choose another model.",
            "model",
        )


class Unrecordable(InputError):
    """A model's attention cannot be recorded as it is: shown all the same, it would be wrong."""

    def __init__(self, message: str) -> None:
        super().__init__(message, "model")


class WeightsError(RuntimeError):
    """Weights cannot be had or are not what the model card says; may name folders of this machine.

    It is for the operator: a visitor is told no more than that it is so.
    """


class CatalogError(WeightsError):
    """A catalog file cannot be read, or a card in it is not whole or names what is not there."""


class NotFetched(WeightsError):
    """Weights are not on this machine, and nothing is fetched because a visitor asks for them."""

    def __init__(self, model: str) -> None:
        super().__init__(
            f"model {model!r} is listed and its weights are not fetched here: its operator can run "
            f"`foveate fetch {model}`, and you can choose another model."
        )
