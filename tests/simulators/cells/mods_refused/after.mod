TITLE Leak that counts how often its currents were computed, by a block that NEURON does not know

NEURON {
    SUFFIX r_after
    NONSPECIFIC_CURRENT i
    RANGE n
}

ASSIGNED { v i n }

INITIAL { n = 0 }

BREAKPOINT { i = 1e-4 * (v + 60) / (1 + n) }

AFTER BREAKPOINT { n = n + 1 }
