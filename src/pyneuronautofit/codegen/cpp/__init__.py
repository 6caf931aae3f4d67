"""Expressions to C++."""
