TITLE Leak whose earlier form, with VERBATIM, stands in a comment

: VERBATIM is what was here
COMMENT
VERBATIM
static double last;
if (last == v) { return; }
ENDVERBATIM
    The lines above made tables by hand.
ENDCOMMENT

NEURON {
    SUFFIX tcomm
    NONSPECIFIC_CURRENT i
    RANGE g, e
}

PARAMETER {
    g = 5e-5 (S/cm2)   ? not as VERBATIM had it
    e = -60 (mV)
}

ASSIGNED {
    v (mV)
    i (mA/cm2)
}

BREAKPOINT {
    i = g * (v - e) * (1 + 0.1 * tanh((v + 60) / 30))
}
