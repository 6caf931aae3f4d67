TITLE Delayed rectifier that carries C for its version of NEURON

COMMENT
Channels that have gone from hand to hand have such C: it declares, counts and prints, and no number
of the channel depends on it.
ENDCOMMENT

NEURON {
    SUFFIX tverb
    USEION k READ ek WRITE ik
    RANGE gbar
}

VERBATIM
#ifndef NRN_VERSION_GTEQ_8_2_0
#include <stdlib.h>
extern double hoc_epsilon;
#endif
static const char *rcsid = "$Id: tverb.mod,v 1.3; gbar = 0; $";  /* as CVS wrote it */
static int n_called = 0;
static double half(double x) {
    if (x > 0) { return 0.5 * x; }
    return 0.;
}
ENDVERBATIM

PARAMETER {
    gbar = 0.002 (S/cm2)
}

ASSIGNED {
    v (mV)
    ek (mV)
    ik (mA/cm2)
    ninf
    tau (ms)
}

STATE { n }

INITIAL {
    VERBATIM
    // nothing to be done
    ENDVERBATIM
    rates(v)
    n = ninf
}

BREAKPOINT {
    SOLVE states METHOD cnexp
    ik = gbar * n^4 * (v - ek)
}

DERIVATIVE states {
    rates(v)
    n' = (ninf - n) / tau
}

PROCEDURE rates(v (mV)) {
    ninf = 1 / (1 + exp(-(v + 35) / 9))
    tau = 2 + 20 / (1 + exp((v + 30) / 15))
    if (tau < 0) {
VERBATIM
        fprintf(stderr, "tau is %g\n", tau);
ENDVERBATIM
    }
VERBATIM
    return 0;
ENDVERBATIM
}

FUNCTION never_called(x) {
VERBATIM
    n_called++;
    return half(_lx);
ENDVERBATIM
}
