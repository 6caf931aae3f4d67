"""Gauss-Newton with damping, for many starts at once."""
