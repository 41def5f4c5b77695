"""What is deployed is one file, read with care: what is wrong with it is a sentence."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from foveate.app.cli.deploy import check_cores
from foveate.app.cli.terminal import CannotStart
from foveate.app.cluster.config import ConfigError, Deployment, parsed, read_config
from foveate.models.catalog.catalog import Catalog
from tests.command import Foveate
from tests.deploying import shown

STORE = "store: redis://127.0.0.1:6379\n"


@pytest.fixture
def written(tmp_path: Path) -> Path:
    return tmp_path / "deploy.yaml"


def read(file: Path, text: str) -> Deployment:
    file.write_text(text, "utf-8")
    return read_config(file)


def deployed(file: Path, text: str) -> None:
    found = read(file, text)
    found.applied()
    found.check(Catalog())


def test_an_empty_file_is_one_process_of_the_web_layer(written: Path) -> None:
    found = read(written, "")
    assert (found.cluster, found.host, found.port, found.models) == (
        "local",
        "127.0.0.1",
        8000,
        {},
    )
    assert found.cpus == 1


def test_replicas_are_a_number_or_a_range(written: Path) -> None:
    text = (
        "web: {replicas: 2, cpus: 0.5}\n"
        "models:\n  minilm: {replicas: {min: 0, max: 4, target: 3}, cpus: 2}\n  dinov2-small: {}\n"
    )
    found = read(written, STORE + text)
    assert (found.web.replicas.min, found.web.replicas.max) == (2, 2)
    scaled = found.models["minilm"].replicas
    assert (scaled.min, scaled.max, scaled.target) == (0, 4, 3)
    assert found.cpus == 2 * 0.5 + 0 * 2 + 1
    found.check(Catalog())


def test_the_file_says_more_than_the_environment(
    written: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FOVEATE_STORE", "redis://elsewhere")
    monkeypatch.setenv("FOVEATE_TRACE_SECONDS", "7")
    monkeypatch.setenv("FOVEATE_PRECISION", "bfloat16")
    found = read(written, STORE + "settings: {precision: float32, hosts: [a.org]}").applied()
    assert (found.store, found.trace_seconds) == ("redis://127.0.0.1:6379", 7)
    assert (found.precision, found.hosts) == ("float32", ("a.org",))
    assert read(written, "").applied().store == "redis://elsewhere"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "store is missing: replicas answer for each other's traces"),
        ("store: ftp://me:pass@a", "settings.store 'ftp://...@a' cannot be used: give a URL that"),
        ("prot: 8000", "prot is not known: did you mean port?"),
        ("port: 0", "port '0' cannot be used: Input should be greater than or equal to 1."),
        ("web: {replica: 2}", "web.replica is not known: did you mean replicas?"),
        ("models: {minilm: {gpus: 1}}", "models.minilm.gpus is not known: did you mean cpus?"),
        ("models: {minilm: {replicas: {mim: 1}}}", "models.minilm.replicas.mim is not known: did"),
        ("models: {minilm: {replicas: 0}}", "models.minilm.replicas.max '0' cannot be used"),
        ("models: {minilm: {replicas: {min: 3, max: 2}}}", "cannot be used: min 3 is over max 2."),
        ("models: {minilm: {replicas: true}}", "models.minilm.replicas 'True' cannot be used"),
        (STORE + "models: {minilmm: {}}", "models.minilmm is not known: did you mean minilm?"),
        (STORE + "settings: {precison: x}", "settings.precison is not known: did you mean precis"),
        (STORE + "settings: {precision: int4}", "settings.precision 'int4' cannot be used: Input"),
        ("- a", "the file \"['a']\" cannot be used: Input should be a valid dictionary"),
        ("a: [", "it is no YAML: "),
        ("a: !!python/object/apply:os.getcwd []", "it is no YAML: could not determine a constr"),
        ("# " + 70_000 * "a", "it has more than 65536 bytes"),
    ],
)  # fmt: skip
def test_what_cannot_be_deployed_is_a_sentence(written: Path, text: str, words: str) -> None:
    with pytest.raises(ConfigError) as caught:
        deployed(written, text)
    assert words in str(caught.value)


def test_what_the_page_on_deploying_shows_can_be_read() -> None:
    found = parsed(shown("models"))
    found.check(Catalog())
    assert found.applied().store
    assert found.models


def test_the_fields_of_an_application_that_ray_imports_are_those_of_the_file() -> None:
    (application,) = shown("applications")["applications"]
    module, name = application["import_path"].split(":")
    assert (module, name) == ("foveate.app.cluster.application", "build")
    found = parsed(application["args"])  # plain values, as Ray gives them
    assert found.models["dinov2-small"].cpus == 2
    assert found.applied().hosts == ("attention.example.org",)
    assert parsed(found) is found
    with pytest.raises(ConfigError, match="did you mean store"):
        parsed({"stor": "redis://a"})


def told(foveate: Foveate, file: Path) -> str:
    run = foveate("deploy", "--config", file)
    said = run.stderr.decode()
    assert (run.returncode, run.stdout, said.count("\n")) == (2, b"", 1), said
    return said


def test_the_command_says_what_keeps_it_from_starting(foveate: Foveate, written: Path) -> None:
    assert "No such file or directory" in told(foveate, written)
    written.write_text("prot: 1")
    assert f"{written}: prot is not known: did you mean port?" in told(foveate, written)
    written.write_text("port: 8000")
    assert "store is missing" in told(foveate, written)


def test_the_command_says_what_must_be_installed(
    foveate: Foveate, written: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "ray.serve", None)
    written.write_text(STORE)
    assert "pip install 'foveate[ray]'" in told(foveate, written)


def test_more_places_than_there_are_is_a_sentence(written: Path) -> None:
    found = read(written, "web: {replicas: 3, cpus: 1.5}")
    with pytest.raises(
        CannotStart, match=r"ask for 4\.5 cpus, and this machine's cluster has 4: gi"
    ):
        check_cores(found.cpus, 4)
    check_cores(found.cpus, 5)
