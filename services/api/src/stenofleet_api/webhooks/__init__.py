"""Callbacks: who is told of what happens to sessions, and what was told."""
