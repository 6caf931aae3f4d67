"""Strategies that minimise one number."""
