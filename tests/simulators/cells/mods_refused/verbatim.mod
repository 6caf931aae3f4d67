TITLE Leak that is limited in C

NEURON {
    SUFFIX r_verbatim
    NONSPECIFIC_CURRENT i
    RANGE g
}

PARAMETER { g = 1e-4 }

ASSIGNED { v i }

BREAKPOINT { i = g * limited(v + 60) }

FUNCTION limited(x) {
VERBATIM
    _llimited = _lx > 50. ? 50. : _lx;
ENDVERBATIM
}
