TITLE Hodgkin-Huxley sodium with vtrap, UNITSOFF, and a table that is off

NEURON {
    SUFFIX tvtrap
    USEION na READ ena WRITE ina
    RANGE gnabar, m, h, vt
    GLOBAL minf, hinf, mtau, htau
}

UNITS {
    (mA) = (milliamp)
    (mV) = (millivolt)
}

PARAMETER {
    gnabar = 0.01 (mho/cm2) <0, 1e9>
    vt = -55 (mV)
    celsius = 36 (degC)
}

STATE { m <1e-4> h }

ASSIGNED {
    v (mV)
    ena (mV)
    ina (mA/cm2)
    minf hinf
    mtau (ms) htau (ms)
}

INITIAL {
    rates(v)
    m = minf
    h = hinf
}

BREAKPOINT {
    SOLVE states METHOD cnexp
    ina = gnabar * m * m * m * h * (v - ena)
}

DERIVATIVE states {
    rates(v)
    m' = (minf - m) / mtau
    h' = (hinf - h) / htau
}

UNITSOFF
PROCEDURE rates(v (mV)) {
    LOCAL a, b, u, q10
    q10 = 3^((celsius - 36) / 10)
    u = v - vt
    a = 0.32 * vtrap(13 - u, 4)
    b = 0.28 * vtrap(u - 40, 5)
    mtau = 1 / (a + b) / q10
    minf = a / (a + b)
    a = 0.128 * Exp((17 - u) / 18)
    b = 4 / (1 + Exp((40 - u) / 5))
    htau = 1 / (a + b) / q10
    hinf = a / (a + b)
}

FUNCTION vtrap(x, y) {
    if (fabs(x / y) < 1e-6) {
        vtrap = y * (1 - x / y / 2)
    } else {
        vtrap = x / (Exp(x / y) - 1)
    }
}

FUNCTION Exp(x) {
    if (x < -100) {
        Exp = 0
    } else {
        Exp = exp(x)
    }
}
UNITSON
