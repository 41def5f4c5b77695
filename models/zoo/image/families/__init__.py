"""Families of vision models that transformers loads: what their tokens are, and how they attend."""
