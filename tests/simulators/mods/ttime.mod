TITLE Conductance that runs down with time

COMMENT
From the time `onset` on the conductance decays, and a gate follows the voltage by a step that uses
dt itself.
ENDCOMMENT

NEURON {
    SUFFIX ttime
    NONSPECIFIC_CURRENT i
    RANGE gbar, e, onset, tau, i
}

UNITS {
    (mA) = (milliamp)
    (mV) = (millivolt)
    (S) = (siemens)
}

PARAMETER {
    gbar = 1e-4 (S/cm2)
    e = -50 (mV)
    onset = 20 (ms)
    tau = 60 (ms)
}

ASSIGNED {
    v (mV)
    dt (ms)
    i (mA/cm2)
    rundown
}

STATE { w }

INITIAL {
    w = 0.5
    rundown = 1
}

BREAKPOINT {
    SOLVE advance
    IF (t > onset) {
        rundown = exp(-(t - onset) / tau)
    } ELSE {
        rundown = 1 + 0.1 * sin(t / 7)
    }
    i = gbar * rundown * w * (v - e)
}

PROCEDURE advance() {
    LOCAL winf
    winf = 1 / (1 + exp((v + 62) / 9))
    w = winf + (w - winf) * exp(-dt / 15)
}
