"""Expressions of mechanisms as a graph: built, simplified, differentiated, solved, rewritten."""
