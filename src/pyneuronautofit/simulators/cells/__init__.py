"""Cells out of NEURON as plain numbers."""
