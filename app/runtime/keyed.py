"""Images whose traces have names that nobody can work out from the photo."""

from __future__ import annotations

import hashlib

from app.runtime.images import Images
from models.catalog.card import Card


class KeyedImages(Images):
    """Images whose traces are named by the store's secret."""

    def trace_id(self, data: bytes, card: Card, resolution: int) -> str:
        """Content-addressed: the same bytes, model, precision and resolution are one trace."""
        digest = hashlib.sha256(data).hexdigest()
        precision = str(self._host.precision)
        return self._store.name(card, precision, str(resolution), digest)
