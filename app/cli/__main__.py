"""`python -m foveate.app.cli`."""

from __future__ import annotations

from foveate.app.cli import main

main()
