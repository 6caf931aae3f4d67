TITLE Sodium channel of a pyramidal cell (after Traub and Miles 1991)

NEURON {
    SUFFIX pyrna
    USEION na READ ena WRITE ina
    RANGE gbar
}

UNITS {
    (mV) = (millivolt)
    (mA) = (milliamp)
    (S) = (siemens)
}

PARAMETER {
    gbar = 0.05 (S/cm2)
    vt = -58 (mV)
}

ASSIGNED {
    v (mV)
    ena (mV)
    ina (mA/cm2)
    celsius (degC)
    minf
    hinf
    mtau (ms)
    htau (ms)
}

STATE { m h }

INITIAL {
    rates(v)
    m = minf
    h = hinf
}

BREAKPOINT {
    SOLVE states METHOD cnexp
    ina = gbar * m * m * m * h * (v - ena)
}

DERIVATIVE states {
    rates(v)
    m' = (minf - m) / mtau
    h' = (hinf - h) / htau
}

PROCEDURE rates(v (mV)) {
    LOCAL a, b, u, q
    q = 3^((celsius - 36) / 10)
    u = v - vt
    a = 0.32 * trap(13 - u, 4)
    b = 0.28 * trap(u - 40, 5)
    mtau = 1 / (q * (a + b))
    minf = a / (a + b)
    a = 0.128 * exp((17 - u) / 18)
    b = 4 / (1 + exp((40 - u) / 5))
    htau = 1 / (q * (a + b))
    hinf = a / (a + b)
}

: x / (exp(x / y) - 1), which is y where x is 0
FUNCTION trap(x, y) {
    IF (fabs(x / y) < 1e-6) {
        trap = y * (1 - x / y / 2)
    } ELSE {
        trap = x / (exp(x / y) - 1)
    }
}
