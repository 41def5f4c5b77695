"""Models of photos: one file an architecture, headed by its paper."""
