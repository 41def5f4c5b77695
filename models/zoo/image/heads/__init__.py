"""Heads on the frozen stem, one file a paper: pooling, gates and blocks, alike in all else."""
