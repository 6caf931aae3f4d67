TITLE Leak with a pointer for the other simulator

NEURON {
    SUFFIX r_bbcore
    NONSPECIFIC_CURRENT i
    BBCOREPOINTER store
}

ASSIGNED { v i store }

BREAKPOINT { i = 1e-4 * (v + 60) }
