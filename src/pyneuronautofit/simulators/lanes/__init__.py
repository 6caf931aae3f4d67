"""Cells in the lanes of generated kernels."""
