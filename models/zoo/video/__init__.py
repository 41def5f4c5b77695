"""Models of clips: one file an architecture, headed by its paper."""
