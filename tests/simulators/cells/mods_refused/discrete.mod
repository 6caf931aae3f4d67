TITLE Leak of a generator that goes from state to state by itself

NEURON {
    SUFFIX r_discrete
    NONSPECIFIC_CURRENT i
}

ASSIGNED { v i }

STATE { x }

BREAKPOINT {
    SOLVE walk
    i = 1e-4 * x * (v + 60)
}

DISCRETE walk { x = 1 - x }
