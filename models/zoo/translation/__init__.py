"""Encoder-decoders: one file an architecture, headed by its paper."""
