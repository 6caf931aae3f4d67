"""Time steps as expressions: NEURON's fixed step, and the adaptive one."""
