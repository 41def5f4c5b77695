"""Word alignment over HTTP: words, weights of both directions, links."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from foveate.app.runtime.visits import Visit, visit
from tests.app.api.test_texts import AREA, CROSSING, linked


def test_a_pair_is_aligned_in_both_directions(client: TestClient) -> None:
    target = "O acordo sobre o Espaço Económico Europeu foi assinado em agosto de 1992."
    found = client.post("/api/v1/alignment", json={"text": AREA, "target": target}).json()
    assert linked(found["source_words"], found["target_words"], found["links"]) >= CROSSING
    strengths = np.sqrt(np.array(found["forward"]) * np.array(found["backward"]).T)
    np.testing.assert_allclose(found["strengths"], strengths, atol=1e-5)
    assert not found["translated"]


def test_words_stand_beside_the_links_that_number_them(
    client: TestClient,
) -> None:
    area = client.post("/api/v1/translations/traces", json={"text": AREA}).json()
    found = area["alignment"]
    for side in ("source", "target"):
        real = [word["text"] for word in area[side]["words"] if not word["special"]]
        assert found[f"{side}_words"] == real
    assert linked(found["source_words"], found["target_words"], found["links"]) >= CROSSING
    body = {"text": "AT&T's £9.8m (deficit)", "target": "O défice da AT&T."}
    pair = client.post("/api/v1/alignment", json=body).json()
    assert pair["tokens"]["source_words"] == pair["source_words"]
    for link in pair["pharaoh"].split():
        source, target = map(int, link.split("-"))
        assert source < len(pair["source_words"])
        assert target < len(pair["target_words"])


@pytest.mark.parametrize(
    "words",
    [
        {"text": "The black cat.", "target": "O gato preto."},
        {"text": ["un", "happy", "!", "walk"], "target": ["in", "feliz", "😀", "!"]},
        {"text": ["a"], "target": ["o", "gato", "preto"]},
    ],
)
def test_rows_by_words_sum_to_what_is_said_of_them(
    client: TestClient, words: dict[str, Any]
) -> None:
    found = client.post("/api/v1/alignment", json=words).json()["tokens"]
    np.testing.assert_allclose(np.sum(found["weights"], 1), 1, atol=1e-5)
    np.testing.assert_allclose(np.sum(found["word_weights"], 1), found["row_sums"], atol=1e-5)
    if isinstance(words["text"], str):
        np.testing.assert_allclose(found["row_sums"], 1, atol=1e-5)


def test_what_lies_on_tokens_of_no_given_word_is_missing_from_the_rows(client: TestClient) -> None:
    body = {"text": ["Hello", "我", "."], "target": ["Olá", "."]}
    found = client.post("/api/v1/alignment", json=body).json()["tokens"]
    words = client.post("/api/v1/alignment", json=body).json()["source"]["words"]
    held = {token for word in words for token in range(word["first"], word["last"])}
    free = [i for i in range(len(found["weights"][0])) if i not in held]
    assert len(free) == 1  # the mark of the space before an unknown piece
    missing = np.array(found["weights"])[:, free].sum(1)
    np.testing.assert_allclose(found["row_sums"], 1 - missing, atol=1e-5)
    assert min(found["row_sums"]) < 1 - 1e-6


def test_decomposed_accents_and_soft_hyphens_in_words_are_cleaned(client: TestClient) -> None:
    body = {"text": ["the", "ca\u00adt"], "target": ["o", "cafe\u0301"]}
    found = client.post("/api/v1/alignment", json=body).json()
    assert found["source_words"] == ["the", "cat"]
    assert found["target_words"] == ["o", "café"]


def test_given_words_are_the_words_that_are_aligned(client: TestClient) -> None:
    body = {"text": ["the", "black", "cat", "."], "target": ["o", "gato", "preto", "."]}
    found = client.post("/api/v1/alignment", json=body).json()
    assert found["source_words"] == body["text"]
    assert found["target_words"] == body["target"]
    assert found["pharaoh"] == "0-0 1-2 2-1 3-3"


@pytest.fixture
def crowded(application: FastAPI, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """What visitors hold; another has 4 MB of it, and the test says of how many."""
    holdings, another = application.state.holdings, Visit("another")
    token = visit.set(another)
    holdings.hold(4_000_000)
    visit.reset(token)
    yield lambda budget: monkeypatch.setattr(holdings, "_budget", budget) or holdings
    holdings.release(another)


@pytest.mark.parametrize(
    ("budget", "words"),
    [(8_000_000, ("cat", "gato")), (14_000_000, ("a", "o"))],  # seen before, and when it is made
)
def test_a_large_one_has_to_wait_for_room(
    client: TestClient, crowded: Any, budget: int, words: tuple[str, str]
) -> None:
    holdings = crowded(budget)
    text, target = ([word] * 400 for word in words)  # five times 400 x 400 weights
    refused = client.post("/api/v1/alignment", json={"text": text, "target": target})
    assert refused.status_code == 503
    assert "Too much is held for requests that came before" in refused.json()["detail"]
    assert client.post("/api/v1/alignment", json={"text": "The cat."}).status_code == 200
    assert holdings.bytes == 4_000_000
