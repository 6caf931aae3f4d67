TITLE Leak that counts steps before they are made

NEURON {
    SUFFIX r_before
    NONSPECIFIC_CURRENT i
    RANGE n
}

ASSIGNED { v i n }

INITIAL { n = 0 }

BEFORE STEP { n = n + 1 }

BREAKPOINT { i = 1e-4 * (v + 60) / (1 + n) }
