"""The tools that work on model databases, one file each."""
