TITLE Delayed rectifier of a pyramidal cell (after Traub and Miles 1991)

NEURON {
    SUFFIX pyrk
    USEION k READ ek WRITE ik
    RANGE gbar
}

UNITS {
    (mV) = (millivolt)
    (mA) = (milliamp)
    (S) = (siemens)
}

PARAMETER {
    gbar = 0.01 (S/cm2)
    vt = -58 (mV)
}

ASSIGNED {
    v (mV)
    ek (mV)
    ik (mA/cm2)
    celsius (degC)
    ninf
    ntau (ms)
}

STATE { n }

INITIAL {
    rates(v)
    n = ninf
}

BREAKPOINT {
    SOLVE states METHOD cnexp
    ik = gbar * n * n * n * n * (v - ek)
}

DERIVATIVE states {
    rates(v)
    n' = (ninf - n) / ntau
}

PROCEDURE rates(v (mV)) {
    LOCAL a, b, u, q
    q = 3^((celsius - 36) / 10)
    u = v - vt
    a = 0.032 * trap(15 - u, 5)
    b = 0.5 * exp((10 - u) / 40)
    ntau = 1 / (q * (a + b))
    ninf = a / (a + b)
}

: x / (exp(x / y) - 1), which is y where x is 0
FUNCTION trap(x, y) {
    IF (fabs(x / y) < 1e-6) {
        trap = y * (1 - x / y / 2)
    } ELSE {
        trap = x / (exp(x / y) - 1)
    }
}
