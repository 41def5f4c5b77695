"""Which photos are meant by what was given, and where the result of each goes."""

from __future__ import annotations

import glob
import os
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from foveate.models.errors import InputError

OWN = ".attention"  # stands before the suffix of what is made here


@dataclass(slots=True)
class Found:
    """Photos in order, each once; what was given and is not there; pictures of a former run."""

    files: list[Path] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    own: int = 0

    def add(self, files: Iterable[Path], given: bool = False) -> None:
        """Takes links that lead nowhere too, and pictures of a former run only where `given`."""
        known = {_place(file) for file in self.files}
        for file in files:
            if file.stem.endswith(OWN) and not given:
                self.own += 1
            elif _place(file) not in known:
                self.files.append(file)


def find(paths: Sequence[str]) -> Found:
    """The photos of files, folders and globs. Raises InputError where there is none at all."""
    from foveate.models.inputs.formats import UNREAD_SUFFIXES, suffixes

    wanted = suffixes() | UNREAD_SUFFIXES  # what is not read is told, not passed over
    found = Found()
    for text in paths:
        path = Path(text)
        if path.is_dir():
            found.add(_in_folder(path, wanted))
        elif os.path.lexists(path):
            found.add([path], given=True)
        elif glob.has_magic(text):
            found.add(_matching(path))
        else:
            found.missing.append(text)
    if not found.files and not found.missing:
        looked = ", ".join(sorted(wanted))
        raise InputError(f"no images in {', '.join(paths)}: looked for {looked}.")
    return found


def _place(file: Path) -> Path:
    """Where a file or a link stands, however it was given."""
    return file.parent.resolve() / file.name


def _in_folder(folder: Path, wanted: frozenset[str]) -> list[Path]:
    named = (path for path in folder.rglob("*") if path.suffix.lower() in wanted)
    return sorted(path for path in named if not path.is_dir())


def _matching(pattern: Path) -> list[Path]:
    """What a glob matches; brackets in the name of a folder that is there are no pattern."""
    folder = next(parent for parent in pattern.parents if parent.is_dir() or not parent.name)
    rest = str(pattern.relative_to(folder))
    matched = (folder / name for name in glob.glob(rest, root_dir=folder, recursive=True))
    return sorted(path for path in matched if not path.is_dir())


def targets(
    files: Sequence[Path], output: Path | None, kind: str, several: bool
) -> dict[Path, Path | None]:
    """Where each photo's result goes, no two to one place; None is standard output (`-o -`).

    `IMG_1.attention.png`, beside the photo or in the output folder; where that is another's too,
    `IMG_1.HEIC.attention.png`; where that is, too, in folders like those of the photos.
    """
    if str(output) == "-":
        if len(files) > 1:
            raise InputError(
                f"{files[0]} and {files[1]} would both be written to -: name a folder."
            )
        return dict.fromkeys(files)
    if output is not None and not several and not output.is_dir():
        return dict.fromkeys(files, output)
    root = os.path.commonpath([_place(file).parent for file in files]) if files else ""
    length = dict.fromkeys(files, 0)
    for _ in range(2):
        for file in _clashing(
            {file: _target(file, output, kind, length[file], root) for file in files}
        ):
            length[file] += 1
    return {file: _target(file, output, kind, length[file], root) for file in files}


def _target(file: Path, output: Path | None, kind: str, length: int, root: str) -> Path:
    """The name of a result, the longer the less it may be another's."""
    name = f"{file.name if length else file.stem}{OWN}.{kind}"
    if output is None:
        return file.with_name(name)
    return (
        output / os.path.relpath(_place(file).parent, root) / name if length > 1 else output / name
    )


def _clashing(found: dict[Path, Path]) -> list[Path]:
    """The photos whose results would go where another's does; some disks know no capitals."""
    by_target = defaultdict(list)
    for file, target in found.items():
        by_target[str(target).casefold()].append(file)
    return [file for files in by_target.values() if len(files) > 1 for file in files]
