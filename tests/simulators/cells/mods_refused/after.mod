TITLE Leak that remembers the voltage after each step

NEURON {
    SUFFIX r_after
    NONSPECIFIC_CURRENT i
    RANGE last
}

ASSIGNED { v i last }

INITIAL { last = v }

AFTER SOLVE { last = v }

BREAKPOINT { i = 1e-4 * (last + 60) }
