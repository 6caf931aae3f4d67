"""NEURON itself as a simulator."""
