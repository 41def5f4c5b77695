"""Whether the service can serve."""

from __future__ import annotations

from typing import Literal

from foveate.app.runtime.host import ModelHost
from foveate.app.settings import Settings
from foveate.models.weights.locate import is_cached

Status = Literal["ready", "loading", "failed", "stopping"]


class Readiness:
    """Ready is a service whose default model has been loaded, and which is not about to stop.

    A model that has been loaded once is loaded again in a moment, so whether others have taken its
    room meanwhile does not matter. Where nothing is loaded at start, its weights must be there.
    """

    def __init__(self, host: ModelHost, settings: Settings) -> None:
        self._host = host
        self._warm = settings.warm
        self._loaded = self._failed = self._stopping = False

    def fail(self) -> None:
        """The default model cannot be loaded, or not run."""
        self._failed = True

    def stop(self) -> None:
        """From now on no new visitor should come."""
        self._stopping = True

    def status(self) -> Status:
        card = self._host.cards.card(None, "image")
        self._loaded = self._loaded or self._host.is_loaded(card.name)
        if self._stopping:
            return "stopping"
        if self._loaded or (not self._warm and is_cached(card.name, card.source)):
            return "ready"
        return "failed" if self._failed else "loading"
