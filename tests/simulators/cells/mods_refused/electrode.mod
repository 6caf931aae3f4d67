TITLE Electrode with a current of its own: not a density mechanism

NEURON {
    POINT_PROCESS RClamp
    ELECTRODE_CURRENT i
    RANGE amp
}

PARAMETER { amp = 0.1 (nA) }

ASSIGNED { i (nA) }

BREAKPOINT { i = amp }
