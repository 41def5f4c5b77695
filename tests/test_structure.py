"""The house: no import cycle, no file too long, one name for one thing."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping

import grimp
import pytest

from tests.photos import ROOT

MOST_LINES = 400
SCRIPTS = ROOT / "static" / "js"


def imports_of_python() -> dict[str, set[str]]:
    graph = grimp.build_graph("foveate", cache_dir=None)
    return {module: graph.find_modules_directly_imported_by(module) for module in graph.modules}


def imports_of_scripts() -> dict[str, set[str]]:
    found = {}
    for path in SCRIPTS.rglob("*.js"):
        named = re.findall(r'^(?:import|export) [^;]*?from "(\.[^"]+)";', path.read_text(), re.M)
        found[str(path)] = {str((path.parent / name).resolve()) for name in named}
    return found


def cycles(imports: Mapping[str, set[str]]) -> Iterator[list[str]]:
    """Chains of imports that come back to where they began, by a walk in depth."""
    done: set[str] = set()

    def walk(module: str, chain: list[str]) -> Iterator[list[str]]:
        if module in chain:
            yield chain[chain.index(module) :]
        elif module not in done:
            for other in sorted(imports.get(module, ())):
                yield from walk(other, [*chain, module])
            done.add(module)

    for module in imports:
        yield from walk(module, [])


def test_a_cycle_is_found_where_there_is_one() -> None:
    assert list(cycles({"a": {"b"}, "b": {"c"}, "c": {"b"}})) == [["b", "c"]]


@pytest.mark.parametrize("imports", [imports_of_python, imports_of_scripts])
def test_no_import_comes_back_to_where_it_began(imports) -> None:  # type: ignore[no-untyped-def]
    assert list(cycles(imports())) == []


def test_no_file_is_too_long() -> None:
    kinds = (
        "app/**/*.py",
        "models/**/*.py",
        "foveate/*.py",
        "tests/**/*.py",
        "tests/**/*.js",
        "bench/*.py",
    )
    ours = [path for kind in kinds for path in ROOT.glob(kind)]
    ours += [*SCRIPTS.rglob("*.js"), *(ROOT / "static" / "css").rglob("*.css")]
    ours += (ROOT / "templates").glob("*.html")
    long = {p.name: n for p in ours if (n := len(p.read_text().splitlines())) > MOST_LINES}
    assert long == {}


def test_two_scripts_share_a_name_only_as_page_and_view() -> None:
    names = Counter(path.name for path in SCRIPTS.rglob("*.js"))
    assert {name for name, times in names.items() if times > 1} == {"page.js", "view.js"}


def test_every_module_has_one_name() -> None:
    """`app` and `models` lie beside `foveate` here and inside it in a wheel: they are imported as
    `foveate.app` and `foveate.models`, or there would be two of every class.
    """
    bare = re.compile(r"^\s*(?:from|import) (?:app|models)\b", re.MULTILINE)
    for folder in ("app", "models", "foveate", "tests", "bench"):
        for path in (ROOT / folder).rglob("*.py"):
            assert not bare.search(path.read_text(encoding="utf-8")), path


def test_no_alias_makes_one_module_mean_another() -> None:
    usual = {"numpy as np", "torch.nn.functional as F"}
    for package in ("app", "models", "bench"):
        for path in (ROOT / package).rglob("*.py"):
            renamed = set(re.findall(r"^import (\S+ as \w+)", path.read_text(), re.MULTILINE))
            modules = re.findall(
                r"^from [\w.]+ import ([a-z_]+) as ([a-z_]+)$", path.read_text(), re.M
            )
            assert renamed <= usual, path
            assert not [m for m in modules if (path.parent / f"{m[0]}.py").exists()], path
