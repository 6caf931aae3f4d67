TITLE Leak with a factor that C code has

NEURON {
    SUFFIX r_undeclared
    NONSPECIFIC_CURRENT i
}

VERBATIM
static double
counted = 3;
ENDVERBATIM

ASSIGNED { v i }

BREAKPOINT {
    i = 1e-4 * (v + 60) *
counted
}
