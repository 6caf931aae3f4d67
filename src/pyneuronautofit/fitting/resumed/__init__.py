"""A run that is taken up again: with what it was begun with, or not at all."""
