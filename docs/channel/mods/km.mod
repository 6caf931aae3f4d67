TITLE A potassium current that opens slowly and does not inactivate

NEURON {
    SUFFIX km
    USEION k READ ek WRITE ik
    RANGE gbar
}

UNITS {
    (mV) = (millivolt)
    (mA) = (milliamp)
    (S) = (siemens)
}

PARAMETER {
    gbar = 0.001 (S/cm2)
    vhalf = -35 (mV)
}

ASSIGNED {
    v (mV)
    celsius (degC)
    ek (mV)
    ik (mA/cm2)
    minf
    mtau (ms)
}

STATE { m }

INITIAL {
    rates(v)
    m = minf
}

BREAKPOINT {
    SOLVE states METHOD cnexp
    ik = gbar * m * (v - ek)
}

DERIVATIVE states {
    rates(v)
    m' = (minf - m) / mtau
}

PROCEDURE rates(v (mV)) {
    LOCAL q, x
    q = 2.3^((celsius - 36) / 10)
    x = (v - vhalf) / 20
    minf = 1 / (1 + exp(-2 * x))
    mtau = 1000 / (3.3 * q * (exp(x) + exp(-x)))
}
