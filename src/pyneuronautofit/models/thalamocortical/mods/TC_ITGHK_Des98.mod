TITLE Low-threshold (T-type) calcium current of thalamocortical cells

COMMENT
Activation and inactivation after the voltage clamp of Huguenard and McCormick (1992), with the
Goldman-Hodgkin-Katz current and the shifts of Destexhe et al. (1998).

    ica = pcabar m^2 h ghk(v, cai, cao)

Rates were measured at 24 degC. shift moves both gates along the voltage axis (surface charge of
the outside calcium), actshift the activation alone.

Huguenard JR, McCormick DA (1992) J Neurophysiol 68:1373-1383.
Destexhe A et al. (1998) J Neurosci 18:3574-3588.
ENDCOMMENT

NEURON {
    THREADSAFE
    SUFFIX TC_iT_Des98
    USEION ca READ cai, cao WRITE ica
    RANGE pcabar, shift, actshift, qm, qh
    RANGE m_inf, h_inf, tau_m, tau_h
}

UNITS {
    (mA) = (milliamp)
    (mV) = (millivolt)
    (mM) = (milli/liter)
}

PARAMETER {
    pcabar = 0.2e-3 (cm/s)
    shift = 2 (mV)
    actshift = 0 (mV)
    qm = 2.5
    qh = 2.5
}

ASSIGNED {
    v (mV)
    celsius (degC)
    cai (mM)
    cao (mM)
    ica (mA/cm2)
    m_inf
    h_inf
    tau_m (ms)
    tau_h (ms)
}

STATE {
    m
    h
}

INITIAL {
    rates(v)
    m = m_inf
    h = h_inf
}

BREAKPOINT {
    SOLVE states METHOD cnexp
    ica = pcabar * m^2 * h * ghk(v, cai, cao)
}

DERIVATIVE states {
    rates(v)
    m' = (m_inf - m) / tau_m
    h' = (h_inf - h) / tau_h
}

UNITSOFF

PROCEDURE rates(v (mV)) {
    LOCAL w, wa

    w = v + shift
    wa = w + actshift

    m_inf = 1.0 / (1.0 + exp(-(wa + 57.0) / 6.2))
    h_inf = 1.0 / (1.0 + exp((w + 81.0) / 4.0))

    tau_m = 0.612 + 1.0 / (exp(-(wa + 132.0) / 16.7) + exp((wa + 16.8) / 18.2))
    tau_m = tau_m / qm^((celsius - 24.0) / 10.0)

    IF (w < -80.0) {
        tau_h = exp((w + 467.0) / 66.6)
    } ELSE {
        tau_h = 28.0 + exp(-(w + 22.0) / 10.5)
    }
    tau_h = tau_h / qh^((celsius - 24.0) / 10.0)
}

: Goldman-Hodgkin-Katz flux of calcium as a current per permeability, mA/cm2 per cm/s.
: F = 96485.33 C/mol; R = 8.314462618 J/(mol K); the valence is 2.
FUNCTION ghk(v (mV), ci (mM), co (mM)) (0.001 coul/cm3) {
    LOCAL z

    z = 1e-3 * 2.0 * 96485.33 * v / (8.314462618 * (celsius + 273.15))
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
