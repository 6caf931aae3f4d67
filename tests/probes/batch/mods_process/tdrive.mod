TITLE Made up: a conductance that drifts with calcium and voltage, of several ions, without events

NEURON {
    POINT_PROCESS tdrive
    USEION k READ ek WRITE ik
    USEION ca READ cai, eca WRITE ica
    NONSPECIFIC_CURRENT i
    RANGE gbar, share, tau, g
    GLOBAL e
}

PARAMETER {
    gbar = 2e-4 (uS)
    share = 0.25
    tau = 12 (ms)
    e = -15 (mV)
}

ASSIGNED {
    v (mV)
    ek (mV)
    eca (mV)
    cai (mM)
    i (nA)
    ik (nA)
    ica (nA)
    g (uS)
    half (mV)
}

STATE { m n shut }

INITIAL {
    half = -60
    m = inf(v)
    n = 0.5
    shut = 0.5
}

BREAKPOINT {
    SOLVE rates METHOD cnexp
    SOLVE slow METHOD sparse
    g = gbar * m * n
    i = g * (v - e)
    ik = share * g * (v - ek)
    ica = 0.1 * share * g * (v - eca) / (1 + cai / 1e-3)
}

DERIVATIVE rates { m' = (inf(v) - m) / tau }

KINETIC slow {
    ~ n <-> shut (2e-2 * (1 + v / 200), 1e-2)
    CONSERVE n + shut = 1
}

FUNCTION inf(v (mV)) { inf = 1 / (1 + exp(-(v - half) / 8)) }
