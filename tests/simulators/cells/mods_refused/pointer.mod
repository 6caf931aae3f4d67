TITLE Leak whose conductance is that of another place

NEURON {
    SUFFIX r_pointer
    NONSPECIFIC_CURRENT i
    POINTER other
}

ASSIGNED { v i other }

BREAKPOINT { i = 1e-4 * other * (v + 60) }
