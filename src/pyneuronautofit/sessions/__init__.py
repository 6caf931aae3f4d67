"""A run from its options to its files: what the command and the library have in common."""
