"""Commands are run as a user runs them."""

from tests.command import foveate

__all__ = ["foveate"]
