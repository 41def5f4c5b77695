"""Wire types, filled from attributes; `python -m app.wire` writes static/js/schema.d.ts."""
