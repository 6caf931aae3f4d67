"""Probes in generated code."""
