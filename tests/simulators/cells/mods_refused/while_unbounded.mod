TITLE Gate whose steady state is found by iteration

NEURON {
    SUFFIX r_while
    NONSPECIFIC_CURRENT i
}

ASSIGNED { v i }

BREAKPOINT { i = 1e-4 * root(1 + exp(v / 50)) * (v + 60) }

FUNCTION root(x) {
    LOCAL y
    y = x
    WHILE (fabs(y * y - x) > 1e-9) {
        y = (y + x / y) / 2
    }
    root = y
}
