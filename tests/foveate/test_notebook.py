"""The example notebook, cell by cell, as a notebook runs it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from IPython.core.interactiveshell import InteractiveShell
from IPython.utils.capture import capture_output

from tests.photos import ROOT

NOTEBOOKS = sorted((ROOT / "docs" / "notebooks").glob("*.ipynb"))
pytestmark = pytest.mark.slow


@pytest.mark.parametrize("notebook", NOTEBOOKS, ids=lambda path: path.stem)
def test_every_cell_runs(notebook: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    cells = json.loads(notebook.read_text())["cells"]
    shell, shown = InteractiveShell.instance(), []
    for cell in cells:
        if cell["cell_type"] == "code":
            with capture_output(display=True) as captured:
                shell.run_cell("".join(cell["source"])).raise_error()
            shown += [each.data.get("text/html", "") for each in captured.outputs]
    InteractiveShell.clear_instance()
    assert sum(html.startswith("<iframe srcdoc=") for html in shown) == 2
