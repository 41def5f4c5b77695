"""Attention models and what can be worked out from their traces. No HTTP; never imports `app`."""
