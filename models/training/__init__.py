"""Scripts that made the weights under models/trained, and how to run them again: README.md."""
