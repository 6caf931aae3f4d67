TITLE A channel whose steps go through LOCAL variables of the file

NEURON {
    SUFFIX gfile
    NONSPECIFIC_CURRENT i
    RANGE gbar, e
}

PARAMETER { gbar = 0.0005 (S/cm2) e = -30 (mV) }

ASSIGNED { v (mV) celsius (degC) dt (ms) i (mA/cm2) }

STATE { m }

LOCAL minf, mexp, q

INITIAL {
    q = 3^((celsius - 30) / 10)
    rates(v)
    m = minf
}

BREAKPOINT {
    SOLVE states
    i = q * gbar * m * (v - e)
}

PROCEDURE states() {
    rates(v)
    m = m + mexp * (minf - m)
}

PROCEDURE rates(v (mV)) {
    minf = 1 / (1 + exp((v + 75) / 6))
    mexp = 1 - exp(-dt * q / 20)
}
