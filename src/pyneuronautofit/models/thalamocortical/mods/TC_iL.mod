TITLE High-threshold (L-type) calcium current of thalamocortical cells

COMMENT
Model of McCormick and Huguenard (1992), with the Goldman-Hodgkin-Katz current.

    ica = pcabar m^2 ghk(v, cai, cao)

Rates were measured at 23.5 degC and are scaled with a q10 of 3. The gate starts closed (m = 0), not
in its steady state.

McCormick DA, Huguenard JR (1992) J Neurophysiol 68:1384-1400.
ENDCOMMENT

NEURON {
    THREADSAFE
    SUFFIX TC_iL
    USEION ca READ cai, cao WRITE ica
    RANGE pcabar
    RANGE m_inf, tau_m
}

UNITS {
    (mA) = (milliamp)
    (mV) = (millivolt)
    (mM) = (milli/liter)
}

PARAMETER {
    pcabar = 1e-4 (cm/s)
}

ASSIGNED {
    v (mV)
    celsius (degC)
    cai (mM)
    cao (mM)
    ica (mA/cm2)
    m_inf
    tau_m (ms)
}

STATE {
    m
}

INITIAL {
    m = 0
}

BREAKPOINT {
    SOLVE states METHOD cnexp
    ica = pcabar * m^2 * ghk(v, cai, cao)
}

DERIVATIVE states {
    rates(v)
    m' = (m_inf - m) / tau_m
}

UNITSOFF

PROCEDURE rates(v (mV)) {
    LOCAL a, b

    a = 1.6 / (1.0 + exp(-0.072 * (v - 5.0)))
    b = 0.02 * vtrap(-(v - 1.31), 5.36)
    tau_m = 1.0 / (a + b) / 3.0^((celsius - 23.5) / 10.0)
    m_inf = 1.0 / (1.0 + exp(-(v + 10.0) / 10.0))
}

: x / (1 - exp(-x/c)), and its first-order expansion where the quotient is 0/0
FUNCTION vtrap(x, c) {
    IF (fabs(x / c) < 1e-6) {
        vtrap = c + x / 2.0
    } ELSE {
        vtrap = x / (1.0 - exp(-x / c))
    }
}

: Goldman-Hodgkin-Katz flux of calcium as a current per permeability, mA/cm2 per cm/s.
: F = 96485.33 C/mol; the valence is 2. R is rounded to 8.314 J/(mol K), as in the models that were
: published with this channel, so that their resting voltages are kept.
FUNCTION ghk(v (mV), ci (mM), co (mM)) (0.001 coul/cm3) {
    LOCAL z

    z = 1e-3 * 2.0 * 96485.33 * v / (8.314 * (celsius + 273.15))
    ghk = 1e-3 * 2.0 * 96485.33 * (ci * efun(-z) - co * efun(z))
}

: z / (exp(z) - 1), and its first-order expansion where the quotient is 0/0
FUNCTION efun(z) {
    IF (fabs(z) < 1e-4) {
        efun = 1.0 - z / 2.0
    } ELSE {
        efun = z / (exp(z) - 1.0)
    }
}

UNITSON
