"""Pure functions of a trace: what can be read off it without its model."""
