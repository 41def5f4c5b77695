"""One file an architecture, headed by its paper."""
