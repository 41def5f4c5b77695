"""Encoders and language models: one file an architecture, headed by its paper."""
