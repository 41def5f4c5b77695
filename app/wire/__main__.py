"""Writes static/js/schema.d.ts from the wire types."""

from __future__ import annotations

from pathlib import Path

from foveate.app.wire.typescript import WIRE_TYPES, declarations

target = Path(__file__).parents[2] / "static" / "js" / "schema.d.ts"
target.write_text(declarations(WIRE_TYPES), encoding="utf-8")
