"""Statements to the equations of a segment."""
