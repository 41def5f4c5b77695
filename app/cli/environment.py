"""What the environment sets, read with care: a misspelt name is no silent default."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from difflib import get_close_matches
from typing import TYPE_CHECKING

from foveate.app.cli.terminal import CannotStart

if TYPE_CHECKING:
    from pydantic import ValidationError

    from foveate.app.settings import Settings

PREFIX = "FOVEATE_"
OTHERS = ("CACHE",)  # read where weights are kept
# The tests' own, and what Kubernetes sets beside a service that is named foveate.
NOT_OURS = re.compile(r"FOVEATE_(TEST_.*|SERVICE_(HOST|PORT.*)|PORT_\d+_.*)")


def read_settings() -> Settings:
    """The service's settings, from the environment and .env. Raises CannotStart."""
    from pydantic import ValidationError

    from foveate.app.settings import Settings

    check_names()
    try:
        return Settings()
    except ValidationError as error:
        raise CannotStart(_told(error)) from None


def check_names() -> None:
    """Raises CannotStart where a name begins like a setting and is none."""
    from foveate.app.settings import Settings

    known = {*OTHERS, *(name.upper() for name in Settings.model_fields)}
    for name, place in _given():
        bare = name.removeprefix(PREFIX)
        if bare not in known:
            raise CannotStart(f"{name} in {place} is no setting: {_advice(bare, known)}")


def _advice(bare: str, known: Iterable[str]) -> str:
    if bare in ("HOST", "PORT"):
        return f"did you mean {bare}?"
    near = get_close_matches(bare, known, 1)
    names = near or sorted(known)
    listed = ", ".join(f"{PREFIX}{name}" for name in names)
    return f"did you mean {listed}?" if near else f"there are {listed}."


def _given() -> Iterator[tuple[str, str]]:
    """Names that begin like a setting, in capitals, and where they are set."""
    from pydantic_settings import DotEnvSettingsSource, EnvSettingsSource

    from foveate.app.settings import Settings

    for kind, place in ((EnvSettingsSource, "the environment"), (DotEnvSettingsSource, ".env")):
        for written, value in kind(Settings).env_vars.items():
            name = written.upper()
            begins = name.startswith(PREFIX) and not NOT_OURS.fullmatch(name)
            if begins and not str(value).startswith(("tcp://", "udp://")):
                yield name, place


def _told(error: ValidationError) -> str:
    """The first value that cannot be used, in a sentence."""
    from foveate.app.settings import shown

    first = error.errors(include_url=False)[0]
    name = f"{PREFIX}{str(first['loc'][0]).upper()}" if first["loc"] else "A setting"
    reason = first["msg"].removeprefix("Value error, ")
    return f"{name} {shown(first['input'])!r} cannot be used: {reason}."
