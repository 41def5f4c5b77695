"""A bench says in a sentence why the service that it starts does not answer."""

from __future__ import annotations

import pytest

from bench import service
from bench.service import Target


@pytest.mark.parametrize(
    ("command", "said"),
    [
        (("sleep", "30"), "is not ready after 0.3 seconds"),
        (("false",), "false ended before it was"),
    ],
)
def test_a_target_says_why_it_does_not_answer(
    monkeypatch: pytest.MonkeyPatch, command: tuple[str, ...], said: str
) -> None:
    monkeypatch.setattr(service, "READY_SECONDS", 0.3)
    with pytest.raises(SystemExit, match=said), Target(9, command).started():
        pass
