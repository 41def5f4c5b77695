"""What the documents say is there: every path, target, route and name, and every command runs."""

from __future__ import annotations

import re
import runpy
import shlex
import shutil
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from transformers import ViTConfig, ViTModel

from foveate.app.main import create_app
from foveate.app.settings import Settings
from foveate.models.catalog.catalog import Catalog
from foveate.models.weights.locate import is_cached
from tests.app.service import served
from tests.command import Foveate
from tests.photos import ROOT, sample_bytes
from tests.videos import sample_video

DOCUMENTS = [
    *(ROOT / "README.md", ROOT / "CONTRIBUTING.md", ROOT / "models" / "training" / "README.md"),
    *sorted((ROOT / "docs").glob("*.md")),
]
TOPS = ("app", "models", "foveate", "static", "templates", "tests", "bench", "docs", ".ci")
ADDRESS = "http://127.0.0.1:8000"
# Started by other means in other tests, or an hour's work: their options are checked alone.
LONG = (
    "foveate serve",
    "foveate deploy",
    "foveate evaluate",
    "foveate dataset",
    "python -m foveate.models.training",
)


def ticked(text: str) -> list[str]:
    return re.findall(r"`([^`\n]+)`", text)


def blocks(text: str) -> list[str]:
    """Lines of code: those indented by four spaces, continued ones put together."""
    lines = [line[4:] for line in text.splitlines() if line.startswith("    ")]
    return re.sub(r"\\\n\s*", " ", "\n".join(lines)).splitlines()


def commands(*programs: str) -> list[str]:
    found = [line for path in DOCUMENTS for line in blocks(path.read_text(encoding="utf-8"))]
    chosen = [line.split("   #")[0].strip() for line in found if line.startswith(programs)]
    return list(dict.fromkeys(chosen))


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_every_path_and_link_exists(document: Path) -> None:
    text = document.read_text(encoding="utf-8")
    links = [document.parent / link for link in re.findall(r"\]\(([^)#:]+)\)", text)]
    named = [name for name in ticked(text) if re.fullmatch(r"[\w./*-]+", name)]
    paths = [ROOT / name for name in named if name.split("/")[0] in TOPS and "/" in name]
    real = [path for path in (*links, *paths) if "NAME" not in str(path)]
    assert [str(path) for path in real if not exists(path)] == []


def exists(path: Path) -> bool:
    return bool([*ROOT.glob(str(path.relative_to(ROOT)))]) if "*" in str(path) else path.exists()


def test_readme_is_short() -> None:
    assert len((ROOT / "README.md").read_text(encoding="utf-8").splitlines()) <= 130


@cache
def openapi() -> dict[str, Any]:
    return create_app(Settings(warm=False)).openapi()


def test_the_api_page_names_the_routes_there_are() -> None:
    text = (ROOT / "docs" / "api.md").read_text(encoding="utf-8")
    said = set(re.findall(r"`(GET|POST) (/[^`]+)`", text))
    there = {
        (method.upper(), path.removeprefix("/api/v1"))
        for path, methods in openapi()["paths"].items()
        for method, route in methods.items()
        if path.startswith("/api/v1") and not route.get("deprecated")
    }
    assert said == there


def test_the_api_page_names_fields_that_exist() -> None:
    text = (ROOT / "docs" / "api.md").read_text(encoding="utf-8")
    table = text.split("## Routes")[1].split("## A few calls")[0]
    said = {name for name in ticked(table) if re.fullmatch(r"[a-z_]+", name)}
    schemas = openapi()["components"]["schemas"].values()
    known = {field for schema in schemas for field in schema.get("properties", {})}
    for methods in openapi()["paths"].values():
        for route in methods.values():
            known |= {parameter["name"] for parameter in route.get("parameters", ())}
    values = {"mean", "max", "cls", "token", "patch", "channel", "branch", "weights", "gate"}
    values |= {"encoder", "decoder", "all"}
    assert said - known - values == set()


def test_every_name_of_the_glossary_is_defined() -> None:
    text = (ROOT / "docs" / "glossary.md").read_text(encoding="utf-8")
    rows = [row.split("|")[3] for row in text.splitlines() if row.count("|") == 4]
    files = [*(ROOT / "models").rglob("*.py"), *(ROOT / "app").rglob("*.py")]
    source = "\n".join(path.read_text(encoding="utf-8") for path in files)
    names = {part for row in rows for name in ticked(row) if "/" not in name
             for part in name.removesuffix("()").split(".")}  # fmt: skip
    unknown = [name for name in names if not re.search(rf"(class|def) {name}\b|\b{name}:", source)]
    assert unknown == []


@pytest.mark.parametrize("command", commands("make"))
def test_every_target_is_in_the_makefile(command: str) -> None:
    run = subprocess.run(["make", "-n", *shlex.split(command)[1:]], cwd=ROOT, capture_output=True)
    assert run.returncode == 0, run.stderr


def test_make_serve_says_what_it_does_before_each_thing_that_takes_long(tmp_path: Path) -> None:
    command = ["make", "-n", "serve", f"VENV={tmp_path}"]  # nothing is set up there, and nothing is
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    lines = run.stdout.splitlines()
    long = [at for at, line in enumerate(lines) if "pip install" in line or "foveate serve" in line]
    assert len(long) == 4
    for at in long:
        assert lines[at - 1].startswith("echo "), lines[at]
    assert re.search(r"\|\| \{ echo .*; \S+ -m venv ", run.stdout)


def test_every_target_of_the_makefile_is_told() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z-]+):", makefile, re.MULTILINE))
    said = {shlex.split(command)[1] for command in commands("make")}
    assert targets - said - {"clean", "check-js", "format-js"} == set()


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the files that the documents' commands name."""
    folder = tmp_path_factory.mktemp("desk")
    (folder / "photo.jpg").write_bytes(sample_bytes("cat"))
    (folder / "clip.mp4").write_bytes(sample_video())
    (folder / "holiday").mkdir()
    (folder / "holiday" / "rocket.jpg").write_bytes(sample_bytes("rocket"))
    config = ViTConfig(
        hidden_size=24,
        num_hidden_layers=1,
        num_attention_heads=2,
        intermediate_size=32,
        image_size=32,
        patch_size=16,
    )
    ViTModel(config).save_pretrained(folder / "my-vit-folder")
    (folder / "my-vit-folder" / "README.md").write_text("---\nlicense: mit\n---\n")
    (folder / "sentences.txt").write_text("The cat sat.\nIt is late.\n", encoding="utf-8")
    return folder


@pytest.mark.slow
@pytest.mark.parametrize("command", [c for c in commands("foveate ") if not c.startswith(LONG)])
def test_every_command_runs(
    command: str, desk: Path, foveate: Foveate, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    words = shlex.split(command)[1:]
    if words[0] == "fetch" and not is_cached(words[1], Catalog()[words[1]].source):
        pytest.skip(f"{words[1]} is not fetched on this machine")
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    run = foveate(*words, cwd=desk)
    assert run.returncode == 0, run.stderr.decode()


@pytest.mark.slow
def test_every_line_of_python_runs(desk: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(desk)
    for line in commands("foveate."):
        exec(f"import foveate; {line}", {})


@pytest.mark.slow
@pytest.mark.parametrize("command", commands(*LONG))
def test_every_option_of_a_long_command_is_known(
    command: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    words = shlex.split(command)
    name, *rest = ("foveate.app.cli", words[1]) if words[0] == "foveate" else (words[2],)
    monkeypatch.setattr(sys, "argv", [name, *rest, "--help"])
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.setenv("TERM", "dumb")
    with pytest.raises(SystemExit):
        runpy.run_module(name, run_name="__main__")  # what python -m does, with torch imported
    told = capsys.readouterr().out
    assert "--help" in told
    assert [w for w in words if w.startswith("--") and f"{w} " not in told] == []


@pytest.mark.slow
def test_every_curl_call_answers(desk: Path) -> None:
    if shutil.which("curl") is None:
        pytest.skip("there is no curl on this machine")
    with served(create_app(Settings(warm=False))) as address:
        for command in commands("curl"):
            told = command.replace(ADDRESS, address).replace("curl ", "curl --fail-with-body ", 1)
            run = subprocess.run(["bash", "-c", told], cwd=desk, capture_output=True)
            assert run.returncode == 0, f"{command}: {run.stdout.decode()} {run.stderr.decode()}"
        assert (desk / "seen.png").read_bytes().startswith(b"\x89PNG")
