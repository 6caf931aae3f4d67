TITLE Transient (A-type) potassium current of thalamocortical cells

COMMENT
Two components with the same inactivation curve, 60 % and 40 % of the conductance, after Huguenard
and McCormick (1992) and Amarillo et al. (2014).

    ik = gk_max (0.6 h1 m1^4 + 0.4 h2 m2^4) (v - ek)

Rates were measured at 23 degC and are scaled with a q10 of 2.8.

Huguenard JR, McCormick DA (1992) J Neurophysiol 68:1373-1383.
Amarillo Y et al. (2014) J Neurophysiol 112:393-410.
ENDCOMMENT

NEURON {
    THREADSAFE
    SUFFIX TC_iA
    USEION k READ ek WRITE ik
    RANGE gk_max
    RANGE m1_inf, m2_inf, h_inf, tau_m, tau_h1, tau_h2
}

UNITS {
    (mA) = (milliamp)
    (mV) = (millivolt)
    (S) = (siemens)
}

PARAMETER {
    gk_max = 5.5e-3 (S/cm2)
}

ASSIGNED {
    v (mV)
    celsius (degC)
    ek (mV)
    ik (mA/cm2)
    m1_inf
    m2_inf
    h_inf
    tau_m (ms)
    tau_h1 (ms)
    tau_h2 (ms)
}

STATE {
    m1
    m2
    h1
    h2
}

INITIAL {
    rates(v)
    m1 = m1_inf
    m2 = m2_inf
    h1 = h_inf
    h2 = h_inf
}

BREAKPOINT {
    SOLVE states METHOD cnexp
    ik = gk_max * (0.6 * h1 * m1^4 + 0.4 * h2 * m2^4) * (v - ek)
}

DERIVATIVE states {
    rates(v)
    m1' = (m1_inf - m1) / tau_m
    m2' = (m2_inf - m2) / tau_m
    h1' = (h_inf - h1) / tau_h1
    h2' = (h_inf - h2) / tau_h2
}

UNITSOFF

PROCEDURE rates(v (mV)) {
    LOCAL q, t_h

    q = 2.8^((celsius - 23.0) / 10.0)

    m1_inf = 1.0 / (1.0 + exp(-(v + 60.0) / 8.5))
    m2_inf = 1.0 / (1.0 + exp(-(v + 36.0) / 20.0))
    h_inf = 1.0 / (1.0 + exp((v + 78.0) / 6.0))

    tau_m = (0.37 + 1.0 / (exp((v + 35.8) / 19.7) + exp(-(v + 79.7) / 12.7))) / q

    : inactivation speeds up with depolarisation only up to a voltage, and is constant above it
    t_h = 1.0 / (exp((v + 46.0) / 5.0) + exp(-(v + 238.0) / 37.5)) / q
    IF (v < -63.0) {
        tau_h1 = t_h
    } ELSE {
        tau_h1 = 19.0 / q
    }
    IF (v < -73.0) {
        tau_h2 = t_h
    } ELSE {
        tau_h2 = 60.0 / q
    }
}

UNITSON
