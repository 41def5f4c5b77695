"""A video's bytes to the frames of a clip.

The format is told by the first bytes and forced on FFmpeg (PyAV), so that no other of its demuxers
is ever asked: some of them (concat, HLS) are texts that name further files to open. Nothing that a
header says is believed: packets are counted, and frames have the times that they come with.
"""

from __future__ import annotations

import hashlib
import io
import itertools
import math
import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

import av
import av.logging
import numpy as np
from av.error import FFmpegError
from av.video.frame import VideoFrame
from av.video.reformatter import ColorRange, VideoReformatter
from PIL import Image

from foveate.models.errors import InputError, OversizedInput, UnsupportedInput
from foveate.models.inputs import animation
from foveate.models.inputs.clip import MAX_PIXELS, Clip, Sampling, kept_size
from foveate.models.inputs.photo import Photo

DEMUXERS = (
    (4, rb"ftyp|moov|mdat|wide|free|skip|pnot", "mov"),
    (0, rb"\x1aE\xdf\xa3", "matroska"),
    (0, rb"RIFF....AVI ", "avi"),
)
KINDS = "MP4, MOV, WebM, MKV, AVI, GIF, animated WebP, APNG or AVIF"
PHOTOS = rb"\xff\xd8\xff|BM|II\*\0|MM\0\*|....ftyp(heic|heix|mif1|msf1|hevc)"
MOST_PACKETS = 200_000
MOST_DECODED = 6000  # frames on the way to those that are taken
HDR = (16, 18)  # transfer functions PQ and HLG (ITU-T H.273)
BT709, BT601, MATRICES = 1, 5, (1, 4, 5, 6, 7, 9)  # as FFmpeg numbers them
UPRIGHT = {
    90: Image.Transpose.ROTATE_90,
    180: Image.Transpose.ROTATE_180,
    270: Image.Transpose.ROTATE_270,
}
av.logging.set_level(None)


def read_clip(data: bytes, sampling: Sampling, max_pixels: int = MAX_PIXELS) -> Clip:
    """The frames that are chosen of a video file or an animated image, upright, in RGB, reduced.

    Raises UnsupportedInput for bytes that are no video, OversizedInput for frames of more than
    `max_pixels` or a video of too many, InputError for one that is damaged, has no picture, or
    fewer than two frames in the part that is asked for.
    """
    if not data:
        raise InputError("The file is empty (0 bytes): choose a video.", "file")
    if kind := animation.kind_of(data):
        return animation.read(data, kind, sampling, max_pixels)
    return _Video(data, _demuxer(data), max_pixels).clip(sampling)


def sample_video(frames: int = 8, side: int = 32) -> bytes:
    """A small grey AVI, to rehearse on: all that reading one needs is imported by it."""
    file = io.BytesIO()
    with av.open(file, "w", format="avi") as container:
        stream = container.add_stream("mpeg4", rate=10)
        stream.width = stream.height = side
        for number in range(frames):
            grey = np.full((side, side, 3), 20 * number, np.uint8)
            container.mux(stream.encode(VideoFrame.from_ndarray(grey, "rgb24")))
        container.mux(stream.encode(None))
    return file.getvalue()


def is_video(data: bytes) -> bool:
    """Whether the first bytes are those of a video, and not of an image, still or animated."""
    return not (animation.kind_of(data) or re.match(PHOTOS, data, re.DOTALL)) and any(
        re.compile(mark, re.DOTALL).match(data, place) for place, mark, _ in DEMUXERS
    )


def _demuxer(data: bytes) -> str:
    """The demuxer of a file's first bytes. Raises UnsupportedInput."""
    if re.match(PHOTOS, data, re.DOTALL):
        raise UnsupportedInput(
            f"The file ({len(data)} bytes) is a single picture, not a video: send it to "
            f"/images/traces, or send {KINDS}.",
            "file",
        )
    for place, mark, name in DEMUXERS:
        if re.compile(mark, re.DOTALL).match(data, place):
            return name
    start = data[:12].decode("ascii", "backslashreplace")
    raise UnsupportedInput(
        f"The file ({len(data)} bytes, starting {start!r}) is not a video that can be read: send "
        f"{KINDS}.",
        "file",
    )


@dataclass(frozen=True, slots=True)
class _Index:
    """What the packets of a stream say: presentation times in ticks, rising, those of keyframes."""

    ticks: list[int]
    keys: list[int]
    cut: bool


class _Video:
    """One file in a container that FFmpeg reads."""

    def __init__(self, data: bytes, demuxer: str, max_pixels: int) -> None:
        self._data, self._demuxer, self._max_pixels = data, demuxer, max_pixels

    def clip(self, sampling: Sampling) -> Clip:
        """Raises InputError, OversizedInput."""
        try:
            index, tick = self._indexed()
            times = [(at - index.ticks[0]) * tick for at in index.ticks]
            chosen = sampling.choose(times)
            found = list(self._taken([index.ticks[number] for number in chosen], index.keys))
        except InputError:
            raise
        except MemoryError as error:
            raise _damaged("it needs more memory than is given to one video") from error
        except (FFmpegError, ArithmeticError, LookupError, ValueError, TypeError) as error:
            raise _damaged(getattr(error, "strerror", None) or error) from error
        if len(found) < 2:
            raise _damaged(f"of {len(chosen)} frames {len(found)} could be decoded")
        step = (times[-1] - times[0]) / max(1, len(times) - 1)
        photos = _of_one_size([photo for _, photo in found])
        seen = tuple(max(0.0, (at - index.ticks[0]) * tick) for at, _ in found)
        return Clip(photos, seen, times[-1] + step, self._notes(sampling, found, chosen, index))

    def _notes(
        self, sampling: Sampling, found: Sequence[Any], chosen: Sequence[int], index: _Index
    ) -> tuple[str, ...]:
        notes = list(dict.fromkeys(note for _, photo in found for note in photo.notes))
        if index.cut:
            notes.append("The video is cut short: what is there of it is shown.")
        if len(found) < len(chosen):
            notes.append(f"{len(chosen) - len(found)} of its frames are damaged and left out.")
        elif len(chosen) < sampling.frames:
            notes.append(f"The part has {len(chosen)} frames: all are taken.")
        return tuple(notes)

    @contextmanager
    def _opened(self) -> Iterator[tuple[Any, Any]]:
        """The container and its video stream. Raises InputError, FFmpegError."""
        with av.open(
            io.BytesIO(self._data),
            format=self._demuxer,
            options={"max_pixels": str(self._max_pixels), "enable_drefs": "0"},
            metadata_errors="ignore",
            io_open=_nothing_else,
        ) as container:
            yield container, self._stream(container)

    def _stream(self, container: Any) -> Any:
        streams = [s for s in container.streams.video if not _is_cover(s)]
        if not streams:
            heard = " but only sound" if container.streams.audio else ""
            raise InputError(f"The file has no video{heard}: send a video with a picture.", "file")
        stream = streams[0]
        if stream.codec_context is None:
            raise UnsupportedInput(
                "The video's codec is not read here: save it as H.264, HEVC, VP9 or AV1.", "file"
            )
        self._check_size(stream.codec_context.width, stream.codec_context.height)
        stream.thread_count = 1
        return stream

    def _check_size(self, width: int, height: int) -> None:
        if width * height > self._max_pixels:
            raise OversizedInput(
                f"The video is {width} x {height} pixels; at most {self._max_pixels / 1e6:g} "
                "million a frame are read: make it smaller.",
                "file",
            )

    def _indexed(self) -> tuple[_Index, float]:
        """What the packets say, and the seconds of a tick. Raises OversizedInput."""
        ticks, keys = set(), set()
        with self._opened() as (container, stream):
            base = stream.time_base
            for number, packet in enumerate(_packets(container, stream)):
                if number >= MOST_PACKETS:
                    raise OversizedInput(
                        f"The video has more than {MOST_PACKETS} frames: cut out a part of it.",
                        "file",
                    )
                at = packet.dts if packet.pts is None else packet.pts
                if at is None or packet.is_discard:
                    continue
                ticks.add(at)
                if packet.is_keyframe:
                    keys.add(at)
            said = container.duration or 0
        if not ticks or not base:
            raise _damaged("it holds no frames")
        span = (max(ticks) - min(ticks)) * base
        cut = said / av.time_base > 1.5 * float(span) + 1
        return _Index(sorted(ticks), sorted(keys), cut), float(base)

    def _taken(self, wanted: Sequence[int], keys: Sequence[int]) -> Iterator[tuple[int, Photo]]:
        """The frames at these ticks, or those next after them, each once."""
        decoded = itertools.count()
        with self._opened() as (container, stream):
            frames = _frames(container, stream, decoded)
            position: int | None = (keys or wanted)[0]
            for tick in wanted:
                key = keys[bisect_right(keys, tick) - 1] if keys and keys[0] <= tick else None
                if key is not None and position is not None and key > position:
                    container.seek(key, stream=stream, backward=True)
                    frames = _frames(container, stream, decoded)
                found = ((f.pts, f) for f in frames if f.pts is not None and f.pts >= tick)
                position, frame = next(found, (None, None))
                if frame is None or position is None:
                    return
                yield position, self._photo(frame, stream)

    def _photo(self, frame: VideoFrame, stream: Any) -> Photo:
        """A frame upright, in RGB, with square pixels. Raises OversizedInput."""
        self._check_size(frame.width, frame.height)
        aspect = float(stream.sample_aspect_ratio or 1)
        width = frame.width * (aspect if math.isfinite(aspect) and 0.1 < aspect < 10 else 1.0)
        image = _rgb(frame, kept_size(width, frame.height))
        size = round(width), frame.height
        turn = round(frame.rotation / 90) * 90 % 360
        if turn:
            image = image.transpose(UPRIGHT[turn])
            size = size if turn == 180 else size[::-1]
        hdr = "The video is in high dynamic range: its colours are shown as they are stored."
        notes = (hdr,) if frame.color_trc in HDR else ()
        return Photo(image, *size, self._digest, notes)

    @property
    def _digest(self) -> str:
        return hashlib.sha256(self._data).hexdigest()


def _of_one_size(photos: Sequence[Photo]) -> tuple[Photo, ...]:
    """All in the size of the first: that of a recorded call changes on the way."""
    first = photos[0]
    return tuple(
        photo
        if photo.image.size == first.image.size
        else replace(first, image=photo.image.resize(first.image.size, Image.Resampling.BICUBIC))
        for photo in photos
    )


def _rgb(frame: VideoFrame, size: tuple[int, int]) -> Image.Image:
    """By the matrix that the frame names; where it names none, that of its size (as players do)."""
    matrix = frame.colorspace
    if matrix not in MATRICES:
        matrix = BT709 if frame.height >= 720 else BT601
    seen = VideoReformatter().reformat(
        frame,
        *size,
        format="rgb24",
        src_colorspace=matrix,
        dst_color_range=ColorRange.JPEG,
        interpolation="AREA",
        threads=1,
    )
    return Image.fromarray(seen.to_ndarray())


def _nothing_else(url: str, flags: int, options: object) -> Any:
    """A file is one file: what it names is not opened."""
    raise PermissionError("a video may not name other files")


def _is_cover(stream: Any) -> bool:
    """Whether it is the picture of a sound's sleeve."""
    return bool(stream.disposition & av.stream.Disposition.attached_pic)


def _packets(container: Any, stream: Any) -> Iterator[Any]:
    """The packets that hold something, up to where the file ends or breaks."""
    try:
        for packet in container.demux(stream):
            if packet.size:
                yield packet
    except FFmpegError:
        return


def _frames(container: Any, stream: Any, decoded: Iterator[int]) -> Iterator[VideoFrame]:
    """Decoded frames; a packet that is damaged is passed over. Raises OversizedInput."""
    for packet in _to_the_end(container, stream):
        try:
            frames: Iterable[VideoFrame] = packet.decode()
        except FFmpegError:
            continue
        for frame in frames:
            if next(decoded) >= MOST_DECODED:
                raise OversizedInput(
                    f"To reach the frames of this part more than {MOST_DECODED} would have to be "
                    "decoded: choose a shorter part with start and end, or save the video with "
                    "more keyframes.",
                    "file",
                )
            yield frame


def _to_the_end(container: Any, stream: Any) -> Iterator[Any]:
    """The packets, and at last the empty one that makes the decoder give what it still has."""
    try:
        yield from container.demux(stream)
    except FFmpegError:
        return


def _damaged(reason: object) -> InputError:
    return InputError(
        f"The video could not be decoded ({reason}): it is probably cut short or damaged; save it "
        "again and send the new file.",
        "file",
    )
