TITLE Leak whose conductance solves a nonlinear equation

NEURON {
    SUFFIX r_nonlin
    NONSPECIFIC_CURRENT i
}

ASSIGNED { v i }

STATE { x }

INITIAL { x = 1 }

BREAKPOINT {
    SOLVE balance
    i = 1e-4 * x * (v + 60)
}

NONLINEAR balance {
    ~ x * x + x = 1 + exp(v / 100)
}
