"""`foveate models` reads well in 80 columns."""

from __future__ import annotations

import pytest

from foveate.models.catalog.catalog import Catalog
from tests.command import Foveate


def test_every_model_is_listed_within_80_columns(
    foveate: Foveate, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    run = foveate("models")
    assert run.returncode == 0
    lines = run.stdout.decode().splitlines()
    assert max(map(len, lines)) <= 80
    words = [line.split() for line in lines if line and not line.startswith(" ")]
    cards = Catalog.at_hand()
    assert [line[:2] for line in words[1 : 1 + len(cards)]] == [
        [card.name, card.task] for card in cards.values()
    ]
    assert cards["minilm"].title in run.stdout.decode()
