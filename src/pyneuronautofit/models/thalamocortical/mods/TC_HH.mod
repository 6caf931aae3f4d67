TITLE Fast sodium and delayed-rectifier potassium currents of action potentials

COMMENT
Hodgkin-Huxley currents with the rate functions of Traub and Miles (1991), in the form that
Destexhe (1992) gave them for thalamic cells. The voltage axis of the sodium current is shifted by
vtraub and that of the potassium current by vtraub2, which follows Amarillo et al. (2014) and
Iavarone et al. (2019).

    ina = gna_max m^3 h (v - ena)
    ik  = gk_max  n^4   (v - ek)

The rates hold at 36 degC and are scaled with a q10 of 3. All gates start closed and inactivated
(m = h = n = 0), not in their steady state.

Traub RD, Miles R (1991) Neuronal Networks of the Hippocampus. Cambridge University Press.
Destexhe A (1992) Nonlinear dynamics of the rhythmical activity of the brain. Doctoral thesis, ULB.
Amarillo Y et al. (2014) J Neurophysiol 112:393-410.
Iavarone E et al. (2019) PLoS Comput Biol 15:e1006753.
ENDCOMMENT

NEURON {
    THREADSAFE
    SUFFIX TC_HH
    USEION na READ ena WRITE ina
    USEION k READ ek WRITE ik
    RANGE gna_max, gk_max, vtraub, vtraub2
    RANGE m_inf, h_inf, n_inf, tau_m, tau_h, tau_n
}

UNITS {
    (mA) = (milliamp)
    (mV) = (millivolt)
    (S) = (siemens)
}

PARAMETER {
    gna_max = 0.1 (S/cm2)
    gk_max = 0.1 (S/cm2)
    vtraub = -55.5 (mV)
    vtraub2 = -45.5 (mV)
}

ASSIGNED {
    v (mV)
    celsius (degC)
    ena (mV)
    ek (mV)
    ina (mA/cm2)
    ik (mA/cm2)
    m_inf
    h_inf
    n_inf
    tau_m (ms)
    tau_h (ms)
    tau_n (ms)
}

STATE {
    m
    h
    n
}

INITIAL {
    m = 0
    h = 0
    n = 0
}

BREAKPOINT {
    SOLVE states METHOD cnexp
    ina = gna_max * m^3 * h * (v - ena)
    ik = gk_max * n^4 * (v - ek)
}

DERIVATIVE states {
    rates(v)
    m' = (m_inf - m) / tau_m
    h' = (h_inf - h) / tau_h
    n' = (n_inf - n) / tau_n
}

UNITSOFF

PROCEDURE rates(v (mV)) {
    LOCAL q, u, a, b

    q = 3.0^((celsius - 36.0) / 10.0)

    u = v - vtraub
    a = 0.32 * vtrap(u - 13.0, 4.0)
    b = 0.28 * vtrap(40.0 - u, 5.0)
    tau_m = 1.0 / (a + b) / q
    m_inf = a / (a + b)

    a = 0.128 * exp((17.0 - u) / 18.0)
    b = 4.0 / (1.0 + exp((40.0 - u) / 5.0))
    tau_h = 1.0 / (a + b) / q
    h_inf = a / (a + b)

    u = v - vtraub2
    a = 0.032 * vtrap(u - 15.0, 5.0)
    b = 0.5 * exp((10.0 - u) / 40.0)
    tau_n = 1.0 / (a + b) / q
    n_inf = a / (a + b)
}

: x / (1 - exp(-x/c)), and its first-order expansion where the quotient is 0/0
FUNCTION vtrap(x, c) {
    IF (fabs(x / c) < 1e-6) {
        vtrap = c + x / 2.0
    } ELSE {
        vtrap = x / (1.0 - exp(-x / c))
    }
}

UNITSON
