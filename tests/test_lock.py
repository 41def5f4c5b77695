"""The lock files and pyproject.toml say the same; so does whoever installs torch."""

from __future__ import annotations

import re
import tomllib

from tests.photos import ROOT

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
PIN = re.compile(r"^([\w.-]+)(?:\[\w+\])?==([^\s;\\]+)", re.MULTILINE)
NOT_LOCKED = {"torch"}  # which build is right depends on the machine
# 200 MB that no checkout needs: its tests are skipped without, and run with.
NOT_INSTALLED = {"ray"}


def name(text: str) -> str:
    return re.sub(r"[-_.]+", "-", text).lower()


def pins(requirements: list[str]) -> set[tuple[str, str]]:
    return {(name(n), v) for line in requirements for n, v in PIN.findall(line)}


def locked(file: str) -> set[tuple[str, str]]:
    return pins([(ROOT / file).read_text()])


RUNTIME, DEV = locked("requirements.lock"), locked("requirements-dev.lock")


def direct(requirements: list[str]) -> set[tuple[str, str]]:
    found = pins(requirements)
    assert len(found) == len(requirements), "every direct dependency is pinned"
    return {(package, version) for package, version in found if package not in NOT_LOCKED}


def test_every_pin_is_in_the_lock_file() -> None:
    assert direct(PROJECT["dependencies"]) <= RUNTIME, "run make lock"
    assert direct(PROJECT["optional-dependencies"]["dev"]) <= DEV, "run make lock"


def test_development_has_all_that_runs_at_the_same_versions() -> None:
    assert RUNTIME <= DEV
    for extra, requirements in PROJECT["optional-dependencies"].items():
        found = direct(requirements)
        assert {pin for pin in found if pin[0] not in NOT_INSTALLED} <= DEV, extra


def test_nothing_is_locked_that_no_package_asks_for() -> None:
    for file in ("requirements.lock", "requirements-dev.lock"):
        text = (ROOT / file).read_text()
        assert text.count("    # via") == len(PIN.findall(text))


def test_every_package_has_its_hashes_and_none_belongs_to_cuda() -> None:
    for file in ("requirements.lock", "requirements-dev.lock"):
        entries = re.split(r"^(?=\w)", (ROOT / file).read_text(), flags=re.MULTILINE)
        for entry in filter(None, entries):
            assert "--hash=sha256:" in entry, entry
            assert not re.match(r"torch=|triton=|nvidia-|cuda-", entry), entry


def test_torch_has_one_version_everywhere() -> None:
    ((_, version),) = pins([line for line in PROJECT["dependencies"] if line.startswith("torch=")])
    said = tomllib.loads((ROOT / "lock.toml").read_text())["dependency-metadata"]
    assert [entry["version"] for entry in said if entry["name"] == "torch"] == [version]
    assert f"torch=={version}" in (ROOT / "Dockerfile").read_text()
