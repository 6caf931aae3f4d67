TITLE Persistent sodium current

COMMENT
Kinetics of Magistretti and Alonso (1999), activation of thalamocortical cells from Parri and
Crunelli (1998), as used by Amarillo et al. (2014).

    ina = gNap_Et2bar m^3 h (v - ena)

Rates were measured at 22 degC and are scaled with a q10 of 2.3.

Magistretti J, Alonso A (1999) J Gen Physiol 114:491-509.
Parri HR, Crunelli V (1998) J Neurosci 18:854-867.
Amarillo Y et al. (2014) J Neurophysiol 112:393-410.
ENDCOMMENT

NEURON {
    THREADSAFE
    SUFFIX TC_Nap_Et2
    USEION na READ ena WRITE ina
    RANGE gNap_Et2bar
    RANGE m_inf, h_inf, tau_m, tau_h
}

UNITS {
    (mA) = (milliamp)
    (mV) = (millivolt)
    (S) = (siemens)
}

PARAMETER {
    gNap_Et2bar = 1e-5 (S/cm2)
}

ASSIGNED {
    v (mV)
    celsius (degC)
    ena (mV)
    ina (mA/cm2)
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
    ina = gNap_Et2bar * m^3 * h * (v - ena)
}

DERIVATIVE states {
    rates(v)
    m' = (m_inf - m) / tau_m
    h' = (h_inf - h) / tau_h
}

UNITSOFF

PROCEDURE rates(v (mV)) {
    LOCAL q, a, b

    q = 2.3^((celsius - 22.0) / 10.0)

    m_inf = 1.0 / (1.0 + exp(-(v + 56.93) / 9.09))
    a = 0.182 * vtrap(v + 38.0, 6.0)
    b = 0.124 * vtrap(-(v + 38.0), 6.0)
    tau_m = 6.0 / (a + b) / q

    h_inf = 1.0 / (1.0 + exp((v + 58.7) / 14.2))
    a = 2.88e-6 * vtrap(-(v + 17.0), 4.63)
    b = 6.94e-6 * vtrap(v + 64.4, 2.63)
    tau_h = 1.0 / (a + b) / q
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
