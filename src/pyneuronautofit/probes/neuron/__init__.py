"""Probes in NEURON."""
