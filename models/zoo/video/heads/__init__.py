"""Heads over time on frozen features of frames, one file a paper: alike in all but the pooling."""
