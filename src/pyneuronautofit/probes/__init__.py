"""Probes: what the database tools ask of a model (a long rest, steps, a synaptic event)."""
