"""Frames of videos and animated images: evenly in time, upright, at their own times."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image

from foveate.models.errors import InputError, OversizedInput, UnsupportedInput
from foveate.models.inputs import video as reader
from foveate.models.inputs.clip import KEPT_SIDE, Sampling
from foveate.models.inputs.video import read_clip
from tests.photos import sample_bytes
from tests.videos import ANIMATED, CODECS, animation, growing, number_of, sound, video


@pytest.mark.parametrize("format", CODECS)
def test_frames_of_a_video_are_those_at_its_times(format: str) -> None:
    clip = read_clip(video(format), Sampling(8))
    assert len(clip.frames) == 8
    assert clip.times[0] == 0
    assert clip.times[-1] == pytest.approx(1.9, abs=0.01)
    assert clip.duration == pytest.approx(2.0, abs=0.02)
    assert clip.size == (64, 48)
    for photo, time in zip(clip.frames, clip.times, strict=True):
        assert number_of(photo.image) == pytest.approx(time * 10, abs=0.7)


@pytest.mark.parametrize("format", ANIMATED)
def test_frames_of_an_animation_are_those_at_its_times(format: str) -> None:
    clip = read_clip(animation(format), Sampling(8))
    assert clip.duration == pytest.approx(0.84)
    for photo, time in zip(clip.frames, clip.times, strict=True):
        assert number_of(photo.image) == pytest.approx(time / 0.07, abs=0.7)


def test_what_lies_outside_an_animation_is_cut_off() -> None:
    """A part of a GIF may be larger than the GIF, which browsers show no more of."""
    data = bytearray(animation("GIF"))
    at = data.index(b"\x2c", data.index(b"\x2c") + 1)  # the second picture
    assert Image.open(io.BytesIO(data)).size == (64, 48)
    data[at + 1 : at + 3] = (30).to_bytes(2, "little")  # from the left
    clip = read_clip(bytes(data), Sampling(8))
    assert {frame.image.size for frame in clip.frames} == {(64, 48)}
    data[at + 5 : at + 9] = b"\xff" * 4
    with pytest.raises(OversizedInput, match="65565 x 65535 pixels"):
        read_clip(bytes(data), Sampling(8))


def test_a_video_whose_size_changes_is_shown_in_that_of_its_first_frame() -> None:
    clip = read_clip(growing(), Sampling(8))
    assert {(frame.image.size, frame.width) for frame in clip.frames} == {((64, 48), 64)}
    assert number_of(clip.frames[-1].image) == pytest.approx(19, abs=1)


def test_a_part_is_taken_where_one_is_chosen() -> None:
    clip = read_clip(video(), Sampling(8, 0.55, 1.45))
    assert len(clip.frames) == 8
    assert [round(clip.times[i], 2) for i in (0, -1)] == [0.6, 1.4]
    few = read_clip(video(), Sampling(24, 1.0, 1.2))
    assert len(few.frames) == 3
    assert few.notes == ("The part has 3 frames: all are taken.",)


def test_a_variable_rate_is_taken_by_time_and_not_by_count() -> None:
    times = [n / 50 for n in range(20)] + [0.4 + n / 5 for n in range(1, 9)]
    clip = read_clip(video(times=times), Sampling(8))
    assert np.allclose(clip.times, np.linspace(0, 2.0, 8), atol=0.11)
    numbers = [round(number_of(photo.image)) for photo in clip.frames]
    assert np.allclose([times[number] for number in numbers], clip.times, atol=0.03)


def test_no_frame_is_taken_twice_however_they_are_crowded() -> None:
    times = [0.0, 5.0, *(9 + n / 100 for n in range(10))]
    chosen = Sampling(8).choose(times)
    assert len(set(chosen)) == 8
    assert chosen == sorted(chosen)
    assert chosen[0] == 0
    assert chosen[-1] == 11


@pytest.mark.parametrize("rotation", [90, 180, -90])
def test_a_phones_video_is_upright(rotation: int) -> None:
    clip = read_clip(video(rotation=rotation), Sampling(8))
    assert clip.size == ((64, 48) if rotation == 180 else (48, 64))
    assert clip.frames[0].image.size == clip.size


def test_a_rotation_is_counterclockwise(monkeypatch: pytest.MonkeyPatch) -> None:
    from PIL import Image

    bars = Image.new("RGB", (64, 48), "black")
    bars.paste("white", (0, 0, 64, 12))  # a bar above
    monkeypatch.setattr("tests.videos.picture", lambda *_: bars)
    clip = read_clip(video(rotation=90), Sampling(8))
    upright = np.asarray(clip.frames[0].image).mean(2)
    assert upright[:, :6].mean() > 200  # turned left, it is at the left
    assert upright[:, -24:].mean() < 60


def test_a_large_frame_is_kept_no_larger_than_it_is_drawn() -> None:
    clip = read_clip(video(size=(1280, 720)), Sampling(8))
    assert clip.frames[0].image.size == (KEPT_SIDE, 378)
    assert clip.size == (1280, 720)


REFUSED = {
    "nothing": (bytes, InputError, "empty"),
    "sound": (sound, InputError, "no video but only sound"),
    "one frame": (lambda: video(times=[0.0]), InputError, "has one frame, and attention over time"),
    "a still": (lambda: animation("GIF", frames=1), InputError, "has one frame"),
    "a photo": (lambda: sample_bytes("cat"), UnsupportedInput, "a single picture, not a video"),
    "a text": (lambda: b"a text", UnsupportedInput, "starting 'a text'.* is not a video"),
    "an end": (lambda: video()[-300:], UnsupportedInput, "is not a video"),
    "a beginning": (lambda: video()[:200], InputError, "cut short or damaged"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_no_video_gets_a_sentence(name: str) -> None:
    make, kind, sentence = REFUSED[name]
    with pytest.raises(InputError, match=sentence) as raised:
        read_clip(make(), Sampling())
    assert raised.type is kind
    assert raised.value.parameter == "file"


def test_what_is_too_large_or_too_long_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(OversizedInput, match="64 x 48 pixels; at most 0.001 million a frame"):
        read_clip(video(), Sampling(), max_pixels=1000)
    with pytest.raises(OversizedInput, match="at most 0.001 million pixels"):
        read_clip(animation("GIF"), Sampling(), max_pixels=1000)
    monkeypatch.setattr(reader, "MOST_DECODED", 10)
    with pytest.raises(OversizedInput, match="choose a shorter part with start and end"):
        read_clip(video("webm", g="500"), Sampling(8))
    monkeypatch.setattr(reader, "MOST_PACKETS", 10)
    with pytest.raises(OversizedInput, match="more than 10 frames"):
        read_clip(video(), Sampling())


def test_a_video_that_is_cut_short_is_shown_as_far_as_it_goes() -> None:
    times = [n / 10 for n in range(60)]
    whole = video("matroska", times)
    found = read_clip(whole[: len(whole) // 2], Sampling(8))
    assert 2 <= len(found.frames) <= 8
    assert found.times[-1] < 5


CHOICES = {
    "frames": ({"frames": 7}, "frames 7 is out of range: give 8 to 48"),
    "start": ({"start": float("nan")}, "start nan is no time"),
    "end": ({"start": 2.0, "end": 1.0}, "end 1 is not after start 2"),
}


@pytest.mark.parametrize("parameter", CHOICES)
def test_a_choice_that_cannot_be_is_told(parameter: str) -> None:
    choice, sentence = CHOICES[parameter]
    with pytest.raises(InputError, match=sentence) as raised:
        Sampling(**choice)  # type: ignore[arg-type]
    assert raised.value.parameter == parameter


def test_a_part_after_the_end_is_told() -> None:
    with pytest.raises(InputError, match="no frame from 9 seconds on: its frames go from 0.00 to"):
        read_clip(video(), Sampling(start=9))
