"""Decoders of the street scenes: one file a paper, on the frozen stem's taps or on patches."""
