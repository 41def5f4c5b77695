"""Strangers' files are decoded in children with limits, never in the process that serves.

A decoder is a large piece of C that meets whatever somebody sends. In a child it may crash, hang or
ask for all memory: its file gets a sentence, a new child takes its place, and nobody else notices.
"""

from __future__ import annotations

import contextlib
import json
import logging
import os
import queue
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import asdict
from pathlib import Path
from typing import IO, Any, Literal, TypeVar

from PIL import Image

from foveate.app.runtime import decoder
from foveate.app.runtime.admission import Admission, Lane
from foveate.app.settings import Settings
from foveate.models.errors import InputError, OversizedInput, UnsupportedInput
from foveate.models.inputs import clip
from foveate.models.inputs.clip import Clip, Sampling
from foveate.models.inputs.photo import KEPT_SIDE, MAX_PIXELS, Photo

Kind = Literal["photo", "clip"]
Made = TypeVar("Made")
CHILDREN = 2
SECONDS = 4.0  # for one file, from its first byte sent to the last pixel received
BATCH_SECONDS = 30.0  # where nobody waits: on a machine that is busy with the rest of the batch
CLIP_SECONDS = 10.0
START_SECONDS = 30.0  # a child takes a third of a second to start on an idle machine
LARGEST_HEAD = 64 * 1024
PIPE_BYTES = 1024 * 1024  # the most that Linux gives anybody; by default 64 KiB, in 80 pieces
MOST_PIXELS = {"photo": KEPT_SIDE**2, "clip": clip.MOST_FRAMES * clip.KEPT_SIDE**2}
ABOVE = Path(__file__).parents[3]  # of the package, so that a child finds it
ERRORS = {kind.__name__: kind for kind in (InputError, UnsupportedInput, OversizedInput)}
log = logging.getLogger("foveate")


class Stopped(Exception):
    """A child ended, was ended, or said what cannot be; `late` where its time was over."""

    def __init__(self, late: bool, how: str) -> None:
        super().__init__(how)
        self.late = late


class NotStarted(RuntimeError):
    """Children do not come to answer at all: it is the machine's fault, not a file's."""


def turns(settings: Settings) -> Admission:
    """Who may decode, and who waits: a turn a child. A client whose files take all the time that a
    file is given leaves a child to the others.
    """
    limits = settings.work_seconds, settings.share_seconds, settings.request_seconds
    return Admission((Lane(0.0, CHILDREN),), *limits, apiece=CHILDREN - 1)


class Decoder:
    """Photos of strangers' bytes, as many at once as it has children. Safe from any thread."""

    kind: Kind = "photo"
    advice = "save it again as an ordinary JPEG or PNG and send the new file"

    def __init__(self, children: int = CHILDREN, seconds: float = SECONDS) -> None:
        self._seconds = seconds
        self._idle = queue.LifoQueue[_Child | None]()  # the child that was used last is warm
        for _ in range(children):
            self._idle.put(None)

    def decode(self, data: bytes, max_pixels: int = MAX_PIXELS) -> Photo:
        """What `read_photo` returns and raises, within seconds, whatever the bytes do.

        Waits for a child that is free. Raises InputError too where the child crashes, or takes too
        long or too much memory; NotStarted where children do not start at all.
        """
        return self._made(data, {"max_pixels": max_pixels}, _photo)

    def _made(self, data: bytes, question: object, make: Callable[[Any, bytes], Made]) -> Made:
        child = self._idle.get()
        try:
            child = child if child is not None and child.alive else _Child(self.kind)
            return child.ask(data, question, self._seconds, make)
        except Stopped as stop:
            log.warning("a decoder stopped at a file of %d bytes: %s", len(data), stop)
            child = _Child(self.kind)  # starts while nobody waits for it
            raise InputError(self._sentence(stop, len(data)), "file") from stop
        finally:
            self._idle.put(child)

    def close(self) -> None:
        """Ends the children that are idle; those at work end with this process."""
        idle = []
        with contextlib.suppress(queue.Empty):
            while True:
                idle.append(self._idle.get_nowait())
        for child in idle:
            if child is not None:
                child.end()
            self._idle.put(None)

    def _sentence(self, stop: Stopped, size: int) -> str:
        if stop.late:
            return (
                f"The file ({size} bytes) takes longer than {self._seconds:g} seconds to decode: "
                f"{self.advice}."
            )
        return (
            f"The file ({size} bytes) could not be decoded (its decoder stopped: {stop}): it is "
            "probably damaged; save it again and send the new file."
        )


class ClipDecoder(Decoder):
    """Clips of strangers' videos."""

    kind = "clip"
    advice = "choose a shorter part with start and end, or save it smaller or with more keyframes"

    def __init__(self, children: int = CHILDREN, seconds: float = CLIP_SECONDS) -> None:
        super().__init__(children, seconds)

    def sampled(self, data: bytes, sampling: Sampling, max_pixels: int = clip.MAX_PIXELS) -> Clip:
        """What `read_clip` returns and raises, and what `decode` does of children."""
        question = {"sampling": asdict(sampling), "max_pixels": min(max_pixels, clip.MAX_PIXELS)}
        return self._made(data, question, _clip)


class _Child:
    """One decoding process and the pipes to it; used by one thread at a time."""

    def __init__(self, kind: Kind) -> None:
        self._ready = False
        self._most = MOST_PIXELS[kind]
        self._process = subprocess.Popen(
            [sys.executable, "-m", "foveate.app.runtime.decoder", kind],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd=ABOVE,
            env=_environment(),
            start_new_session=True,  # an interrupt in the terminal is for the parent alone
        )
        assert self._process.stdin
        assert self._process.stdout
        self._input, self._output = self._process.stdin, self._process.stdout
        _widen(self._input)
        _widen(self._output)

    @property
    def alive(self) -> bool:
        return self._process.poll() is None

    def ask(
        self,
        data: bytes,
        question: object,
        seconds: float,
        make: Callable[[dict[str, Any], bytes], Made],
    ) -> Made:
        """Raises InputError as the child does, Stopped where it does not come to an end."""
        self._await_ready()
        asked = json.dumps(question).encode()
        with self._deadline(seconds):
            self._input.write(decoder.JOB.pack(len(asked), len(data)) + asked)
            self._input.write(data)
            self._input.flush()
            head, pixels = self._receive()
            if "error" in head:
                error = ERRORS[head["error"]](head["sentence"], head["parameter"])
            else:
                return make(head, pixels)
        raise error

    def _await_ready(self) -> None:
        if self._ready:
            return
        try:
            with self._deadline(START_SECONDS):
                missing = self._receive()[0]["missing"]
        except Stopped as stop:
            raise NotStarted(f"the decoder did not start: {stop}") from stop
        if missing:
            log.warning("this platform does not limit decoding by %s", ", ".join(missing))
        self._ready = True

    @contextlib.contextmanager
    def _deadline(self, seconds: float) -> Iterator[None]:
        """Ends the child after so long. Raises Stopped for whatever goes wrong meanwhile."""
        late = threading.Event()

        def end() -> None:
            late.set()
            self._process.kill()

        timer = threading.Timer(seconds, end)
        timer.daemon = True
        timer.start()
        try:
            yield
        except (OSError, EOFError, ValueError, KeyError, TypeError) as error:
            raise self._stopped(late.is_set(), error) from error
        finally:
            timer.cancel()
            timer.join()  # or it might end the child in the middle of the next file
            if late.is_set():
                self.end()

    def _stopped(self, late: bool, error: Exception) -> Stopped:
        self.end()
        code = self._process.returncode
        late = late or code == -signal.SIGXCPU
        return Stopped(late, _ended_by(code) if isinstance(error, OSError | EOFError) else "babble")

    def _receive(self) -> tuple[dict[str, Any], bytes]:
        """A message. Raises EOFError where the child ends, ValueError where it is none."""
        head, pixels = decoder.MESSAGE.unpack(_exactly(self._output, decoder.MESSAGE.size))
        if head > LARGEST_HEAD or pixels > 3 * self._most:
            raise ValueError(f"a message of {head} and {pixels} bytes")
        return json.loads(_exactly(self._output, head)), _exactly(self._output, pixels)

    def end(self) -> None:
        """Ends the child now."""
        self._process.kill()
        self._process.wait()
        for pipe in (self._input, self._output):
            with contextlib.suppress(OSError):
                pipe.close()


def _exactly(pipe: IO[bytes], size: int) -> bytes:
    found = pipe.read(size)
    if len(found) < size:
        raise EOFError(f"{len(found)} of {size} bytes")
    return found


def _photo(head: dict[str, Any], pixels: bytes) -> Photo:
    """The pixels as they came: nothing of the file is read here. ValueError if they lie."""
    width, height = map(int, head["size"])
    small = 0 < width <= KEPT_SIDE and 0 < height <= KEPT_SIDE
    if not small or len(pixels) != width * height * 3:
        raise ValueError(f"{len(pixels)} bytes are not {width} x {height} pixels")
    image = Image.frombytes("RGB", (width, height), pixels)
    notes = tuple(map(str, head["notes"]))
    return Photo(image, int(head["width"]), int(head["height"]), str(head["sha256"]), notes)


def _clip(head: dict[str, Any], pixels: bytes) -> Clip:
    """The frames as they came. ValueError if they lie."""
    width, height = map(int, head["size"])
    times, size = tuple(map(float, head["times"])), width * height * 3
    small = 0 < width <= clip.KEPT_SIDE and 0 < height <= clip.KEPT_SIDE
    if not small or not times or len(pixels) != size * len(times):
        raise ValueError(f"{len(pixels)} bytes are not {len(times)} frames of {width} x {height}")
    frames = (pixels[at : at + size] for at in range(0, len(pixels), size))
    photos = tuple(_photo({**head, "notes": ()}, frame) for frame in frames)
    return Clip(photos, times, float(head["duration"]), tuple(map(str, head["notes"])))


def _ended_by(code: int) -> str:
    if code >= 0:
        return f"status {code}"
    return signal.strsignal(-code) or f"signal {-code}"


def _environment() -> dict[str, str]:
    """Nothing of the parent's but where things are: a child that is taken over learns no secret."""
    kept = ("PATH", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "LANG", "VIRTUAL_ENV")
    environment = {name: os.environ[name] for name in kept if name in os.environ}
    lean = {"OPENBLAS_NUM_THREADS": "1", "MALLOC_ARENA_MAX": "2"}  # or each reserves memory
    return environment | lean | {"PYTHONPATH": str(ABOVE)}


def _widen(pipe: IO[bytes]) -> None:
    """Fewer, larger pieces where the system lets us (Linux)."""
    with contextlib.suppress(ImportError, AttributeError, OSError):
        import fcntl

        fcntl.fcntl(pipe.fileno(), fcntl.F_SETPIPE_SZ, PIPE_BYTES)
