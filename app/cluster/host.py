"""ModelHost of a web replica: models with a deployment are asked there, all others run here."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from foveate.app.cluster.remote import RemoteModel
from foveate.app.runtime.host import ModelHost, Result
from foveate.app.settings import Settings
from foveate.models.catalog.card import Card
from foveate.models.catalog.catalog import Catalog


class DeployedHost(ModelHost):
    """`handles` are those of the models' deployments; `passes` turns are under way at a time."""

    def __init__(
        self, cards: Catalog, settings: Settings, handles: Mapping[str, Any], passes: int
    ) -> None:
        super().__init__(cards, settings, passes if handles else None)
        self._handles = handles

    def is_loaded(self, name: str) -> bool:
        return name in self._handles or super().is_loaded(name)

    async def apply(
        self, card: Card, verb: str, nominal: float, function: Callable[..., Result], *given: Any
    ) -> Result:
        if card.name not in self._handles:
            return await super().apply(card, verb, nominal, function, *given)

        def work(model: RemoteModel) -> Result:
            return model.apply(function, *given)

        return await self.run(card, verb, nominal, work)

    async def soon(
        self, card: Card, verb: str, nominal: float, work: Callable[[Any], Result]
    ) -> Result:
        """Nothing is done at once that another process is asked for."""
        if card.name not in self._handles:
            return await super().soon(card, verb, nominal, work)
        return await self.run(card, verb, nominal, work)

    def _loaded(self, card: Card) -> Any:
        if card.name not in self._handles:
            return super()._loaded(card)
        model = RemoteModel(card.title, self._handles[card.name])
        with self._lock:
            self._models[card.name] = model
        return model
