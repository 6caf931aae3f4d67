"""Fits populations of conductance-based neuron models to current-clamp recordings."""

from pyneuronautofit._version import __version__ as __version__
