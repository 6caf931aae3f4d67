"""Hostile files and words for all that is read: `python -m fuzz`, see docs/reliability.md."""
