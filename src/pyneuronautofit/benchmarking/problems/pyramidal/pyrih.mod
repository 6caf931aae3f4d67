TITLE Hyperpolarisation-activated current of a pyramidal cell (after Kole et al. 2006)

NEURON {
    SUFFIX pyrih
    NONSPECIFIC_CURRENT ih
    RANGE gbar
}

UNITS {
    (mV) = (millivolt)
    (mA) = (milliamp)
    (S) = (siemens)
}

PARAMETER {
    gbar = 1e-5 (S/cm2)
    eh = -45 (mV)
}

ASSIGNED {
    v (mV)
    ih (mA/cm2)
}

STATE { m }

INITIAL {
    m = alpha(v) / (alpha(v) + beta(v))
}

BREAKPOINT {
    SOLVE states METHOD cnexp
    ih = gbar * m * (v - eh)
}

DERIVATIVE states {
    m' = alpha(v) * (1 - m) - beta(v) * m
}

FUNCTION alpha(v (mV)) (/ms) {
    LOCAL x
    x = (v + 154.9) / 11.9
    IF (fabs(x) < 1e-6) {
        alpha = 0.00643 * 11.9 * (1 - x / 2)
    } ELSE {
        alpha = 0.00643 * (v + 154.9) / (exp(x) - 1)
    }
}

FUNCTION beta(v (mV)) (/ms) {
    beta = 0.193 * exp(v / 33.1)
}
