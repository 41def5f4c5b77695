"""Searching for a translation, what it leaves, and which words of it align."""
