"""One run at a time on an output, and nothing that a killed one leaves in the way."""

from __future__ import annotations

import errno
import fcntl
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from foveate.app.cli.lock import alone
from foveate.app.cli.terminal import CannotStart
from tests.photos import ROOT

# It holds the lock, has begun a child that outlives it, and says that child's number.
HOLDER = """
import subprocess, sys, time
from pathlib import Path
from foveate.app.cli.lock import alone
with alone(Path(sys.argv[1])):
    print(subprocess.Popen(["sleep", "60"], stdout=subprocess.DEVNULL).pid, flush=True)
    time.sleep(60)
"""


def test_a_killed_process_leaves_its_file_and_no_lock_though_its_child_lives(
    tmp_path: Path,
) -> None:
    output = tmp_path / "out.parquet"
    command = [sys.executable, "-c", HOLDER, str(output)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        child = int(process.stdout.readline())
        words = rf"out.parquet is being made by another run \(process {process.pid} on .*\): wait"
        with pytest.raises(CannotStart, match=words), alone(output):
            pass
        with alone(tmp_path / "other.parquet"):
            process.kill()
    try:
        assert output.with_name("out.parquet.lock").exists()
        with alone(output):
            assert f"process {os.getpid()} on" in (tmp_path / "out.parquet.lock").read_text()
    finally:
        os.kill(child, signal.SIGKILL)
    assert [*tmp_path.iterdir()] == []


def test_a_lock_that_is_taken_away_while_another_opens_it_is_asked_for_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place, real, asked = tmp_path / "out.parquet.lock", fcntl.flock, list[str]()

    def flock(file: Any, how: int) -> None:
        asked.append(file.name)
        if len(asked) == 1:
            place.unlink()  # as the run that had it does in the end
        real(file, how)

    monkeypatch.setattr(fcntl, "flock", flock)
    with alone(tmp_path / "out.parquet"):
        assert len(asked) == 2
        with pytest.raises(CannotStart), alone(tmp_path / "out.parquet"):
            pass


@pytest.mark.parametrize("number", [errno.ENOLCK, errno.ENOSYS, errno.EOPNOTSUPP])
def test_a_file_system_without_locks_is_a_note(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
    number: int,
) -> None:
    def flock(file: Any, how: int) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(fcntl, "flock", flock)
    with alone(tmp_path / "out.parquet"):
        assert [*tmp_path.iterdir()] == []
    assert f"has no locks ({os.strerror(number)}): see that no other" in capfd.readouterr().err


def test_what_another_user_s_killed_run_left_is_in_nobody_s_way(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    output, real = tmp_path / "out.parquet", Path.open

    def opened(place: Path, mode: str = "r", **how: Any) -> Any:
        if "a" in mode:
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(place))
        return real(place, mode, **how)

    monkeypatch.setattr(Path, "open", opened)  # root may write whatever it likes
    with alone(output):  # nor is a folder in which nothing can be made: the run itself says so
        assert [*tmp_path.iterdir()] == []
    (tmp_path / "out.parquet.lock").write_text("process 1 on a machine")
    with alone(output), pytest.raises(CannotStart, match="process 1 on a machine"), alone(output):
        pass
