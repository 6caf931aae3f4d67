TITLE Small-conductance calcium-activated potassium current

COMMENT
Calcium sensitivity of the channels of Kohler et al. (1996); the current has no voltage gate.

    ik = gSK_E2bar z (v - ek),    z_inf = 1 / (1 + (0.00043 mM / cai)^4.8)

Kohler M et al. (1996) Science 273:1709-1714.
ENDCOMMENT

NEURON {
    THREADSAFE
    SUFFIX SK_E2
    USEION k READ ek WRITE ik
    USEION ca READ cai
    RANGE gSK_E2bar, zTau
    RANGE z_inf
}

UNITS {
    (mA) = (milliamp)
    (mV) = (millivolt)
    (mM) = (milli/liter)
    (S) = (siemens)
}

PARAMETER {
    gSK_E2bar = 1e-6 (S/cm2)
    zTau = 1 (ms)
}

ASSIGNED {
    v (mV)
    ek (mV)
    cai (mM)
    ik (mA/cm2)
    z_inf
}

STATE {
    z
}

INITIAL {
    rates(cai)
    z = z_inf
}

BREAKPOINT {
    SOLVE states METHOD cnexp
    ik = gSK_E2bar * z * (v - ek)
}

DERIVATIVE states {
    rates(cai)
    z' = (z_inf - z) / zTau
}

UNITSOFF

PROCEDURE rates(cai (mM)) {
    LOCAL c

    : the quotient below is not finite without calcium
    c = cai
    IF (c < 1e-7) {
        c = 1e-7
    }
    z_inf = 1.0 / (1.0 + (0.00043 / c)^4.8)
}

UNITSON
