"""What docs/deploying.md shows, as it is read."""

from __future__ import annotations

import re
from typing import Any

import yaml

from tests.photos import ROOT


def shown(field: str) -> dict[str, Any]:
    """The file in YAML there that has a field of that name."""
    page = (ROOT / "docs/deploying.md").read_text("utf-8")
    files = map(yaml.safe_load, re.findall(r"```yaml\n(.*?)```", page, re.DOTALL))
    (found,) = (file for file in files if field in file)
    return found  # type: ignore[no-any-return]
