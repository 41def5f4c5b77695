"""The vision lab's experiment: composites of photos, a stem's features of them, trained heads."""
