"""Weightings: one number out of the objective vector."""
