"""Wire types, filled from attributes; `python -m foveate.app.wire` writes static/js/schema.d.ts."""
