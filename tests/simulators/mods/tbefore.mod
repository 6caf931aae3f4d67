TITLE M current whose rates are computed once a step, before all currents

NEURON {
    SUFFIX tbefore
    USEION k READ ek, ki WRITE ik
    RANGE gbar, ninf, ntau, seen, count
}

PARAMETER {
    gbar = 5e-4 (S/cm2)
}

ASSIGNED {
    v (mV)
    ek (mV)
    ki (mM)
    ik (mA/cm2)
    ninf
    ntau (ms)
    seen (mV)
    count
    base
}

STATE { n }

BEFORE INITIAL {
    base = 0.1
}

INITIAL {
    rates(v)
    n = ninf
    count = 0
}

AFTER INITIAL {
    base = base + 0.15
}

BEFORE BREAKPOINT {
    seen = v
    count = count + 1
    rates(v)
}

BREAKPOINT {
    SOLVE states METHOD cnexp
    ik = gbar * n * (v - ek) * (1 + base * tanh((seen + 70) / 40)) * ki / 140
}

DERIVATIVE states {
    n' = (ninf - n) / ntau
}

PROCEDURE rates(u (mV)) {
    ninf = 1 / (1 + exp(-(u + 35) / 10))
    ntau = 20 + 50 / (1 + exp((u + 40) / 10))
}
