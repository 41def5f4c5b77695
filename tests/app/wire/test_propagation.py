"""By what a mask is carried where nobody has said it."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from foveate.app.wire.propagation import Click, PropagationRequest
from foveate.models.errors import InputError
from foveate.models.trace import Trace
from tests.zoo.clips import FRAMES, SIDE, WHOLE, opened

CLICK = Click(row=1, column=2)


def trace_of(family: str, folder: Path) -> Trace:
    return opened(family, folder).trace_pixels(torch.randn(1, FRAMES, 3, SIDE, SIDE), WHOLE)


def test_a_model_that_sees_all_frames_at_once_carries_by_keys(tmp_path: Path) -> None:
    trace = trace_of("vivit", tmp_path)
    asked = PropagationRequest(frame=3, click=CLICK)
    by, site = asked.compared(trace)
    assert (by, site.name) == ("keys", "encoder.2.self")
    first = PropagationRequest(frame=3, click=CLICK, site="encoder.1.self")
    assert first.compared(trace)[1].name == "encoder.1.self"
    assert asked.carried(trace).shape == (FRAMES // 2, 4, 4)
    assert not torch.equal(asked.carried(trace), first.carried(trace))


def test_one_that_attends_in_time_and_in_space_carries_by_features(tmp_path: Path) -> None:
    trace = trace_of("timesformer", tmp_path)
    asked = PropagationRequest(click=CLICK)
    assert asked.compared(trace)[0] == "features"
    assert asked.carried(trace).shape == (FRAMES, 4, 4)
    for site in ("encoder.2.time", "encoder.2.space", "encoder.2.product"):
        with pytest.raises(InputError, match=rf"site {site} does not .* give by=features"):
            PropagationRequest(click=CLICK, by="keys", site=site).carried(trace)
