"""Fits on clusters: scripts for SLURM, and how their runs are doing."""
