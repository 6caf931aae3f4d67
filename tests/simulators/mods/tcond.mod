TITLE A-type potassium current, its conductance named to the simulator

NEURON {
    THREADSAFE
    SUFFIX tcond
    USEION k READ ek WRITE ik
    RANGE gbar
}

UNITS {
    (mA) = (milliamp)
    (mV) = (millivolt)
    (S) = (siemens)
}

PARAMETER { gbar = 2e-3 (S/cm2) }

ASSIGNED {
    v (mV)
    celsius (degC)
    ek (mV)
    ik (mA/cm2)
    g (S/cm2)
}

STATE { m h }

INITIAL {
    m = inf(v, -60, 8.5)
    h = inf(v, -78, -6)
}

BREAKPOINT {
    CONDUCTANCE g USEION k
    SOLVE states METHOD cnexp
    g = gbar * m^4 * h
    ik = g * (v - ek)
}

DERIVATIVE states {
    m' = (inf(v, -60, 8.5) - m) / 1.1
    h' = (inf(v, -78, -6) - h) / (14 + 10 * pow(inf(v, -50, -5), 2) + log(2 + exp((v + 70) / 20)))
}

FUNCTION inf(v (mV), half (mV), slope (mV)) {
    inf = 1 / (1 + exp(-(v - half) / slope))
}
