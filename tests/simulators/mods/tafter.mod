TITLE A leak that follows a slow average, kept by hand after each step

NEURON {
    SUFFIX tafter
    NONSPECIFIC_CURRENT i
    RANGE g, e, mean, last, tau
}

PARAMETER {
    g = 5e-5 (S/cm2)
    e = -65 (mV)
    tau = 50 (ms)
}

ASSIGNED {
    v (mV)
    i (mA/cm2)
    dt (ms)
    mean (mV)
    last (mV)
    drive (mV)
}

STATE { m }

INITIAL {
    mean = v
    last = v
    m = 0
    drive = 0
}

BREAKPOINT {
    SOLVE states METHOD cnexp
    i = g * (v - e) * (1 + 0.2 * m + 0.1 * tanh((last - e) / 20))
}

DERIVATIVE states {
    m' = (tanh(drive / 10) - m) / 20
}

AFTER SOLVE {
    mean = mean + dt * (v - mean) / tau
    drive = mean - e
}

BEFORE STEP {
    last = mean
}
