"""The package as it is installed: a wheel, away from any checkout, with the packages at hand."""

from __future__ import annotations

import os
import subprocess
import sys
import tomllib
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.photos import ROOT
from tests.serving import serve

pytestmark = pytest.mark.slow
PIP = (sys.executable, "-m", "pip", "--disable-pip-version-check", "--quiet")


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with what the wheel holds and nothing else."""
    wheels, target = tmp_path_factory.mktemp("wheels"), tmp_path_factory.mktemp("installed")
    build = ("wheel", "--no-deps", "--no-build-isolation", "--wheel-dir", wheels, ROOT)
    subprocess.run([*PIP, *build], check=True)
    (wheel,) = wheels.glob("foveate-*.whl")
    subprocess.run([*PIP, "install", "--no-deps", "--target", target, wheel], check=True)
    return target


@pytest.fixture(scope="module")
def site(installed: Path) -> Iterator[str]:
    yield from serve({"PYTHONPATH": str(installed), "FOVEATE_WARM": "false"}, cwd=installed)


def run(installed: Path, code: str) -> str:
    """What a program prints that finds the wheel's package before any other."""
    return subprocess.run(
        [sys.executable, "-c", code],
        cwd=installed,
        env=os.environ | {"PYTHONPATH": str(installed)},
        capture_output=True,
        text=True,
        check=True,
    ).stdout.strip()


def test_one_package_is_installed(installed: Path) -> None:
    assert {path.name for path in installed.iterdir() if "." not in path.name} == {"foveate", "bin"}
    place = run(installed, "import foveate.models.trace as t; print(t.__file__)")
    assert Path(place).is_relative_to(installed)


def test_its_version_stands_in_one_place(installed: Path) -> None:
    stated = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
    command = "from foveate.app.cli import main; import sys; sys.argv[1:] = ['--version']; main()"
    assert run(installed, command) == stated


def test_it_serves_its_pages_and_their_scripts(site: str) -> None:
    with urllib.request.urlopen(f"{site}/sentence") as answer:
        page = answer.read().decode()
    for path in {part.split('"')[0] for part in page.split('="/')[1:] if "assets/" in part[:8]}:
        with urllib.request.urlopen(f"{site}/{path}") as answer:
            assert answer.read(), path


def test_it_shows_a_photo_in_python(installed: Path) -> None:
    code = (
        "import foveate; from foveate.app.runtime.samples import sample_bytes; "
        "view = foveate.open('dinov2-small', fetch=False).trace(sample_bytes('cat')); "
        "print(len(view.html))"
    )
    assert int(run(installed, code)) > 1_000_000
