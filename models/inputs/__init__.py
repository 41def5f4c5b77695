"""Bytes and words to what a model takes: photos on patch grids, texts as tokens."""
