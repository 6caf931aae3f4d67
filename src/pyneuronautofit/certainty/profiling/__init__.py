"""Profiles of a parameter, and how they are found."""
