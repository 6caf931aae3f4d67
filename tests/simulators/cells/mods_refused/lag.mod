TITLE Leak that follows the voltage of some time ago

NEURON {
    SUFFIX r_lag
    NONSPECIFIC_CURRENT i
}

PARAMETER { delay = 2 (ms) }

ASSIGNED { v i }

BREAKPOINT {
    LAG v BY delay
    i = 1e-4 * (lag_v_2 + 60)
}
