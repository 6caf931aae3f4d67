TITLE Delayed rectifier whose gate is stepped by a procedure

COMMENT
Style of files that are older than NEURON's integration methods: the gate goes to its steady state
by an exponential step of its own, n = n + (1 - exp(-dt/tau)) (ninf - n). Inactivation has three
regimes of its time constant.
ENDCOMMENT

NEURON {
    SUFFIX tkdr
    USEION k READ ek WRITE ik
    RANGE gkbar, gk, ninf, nexp, linf, lexp
}

UNITS {
    (mA) = (milliamp)
    (mV) = (millivolt)
}

PARAMETER {
    v (mV)
    celsius = 34 (degC)
    dt (ms)
    gkbar = .006 (mho/cm2)
    ek = -77 (mV)
}

STATE { n l }

ASSIGNED {
    ik (mA/cm2)
    gk (mho/cm2)
    ninf
    nexp
    linf
    lexp
}

INITIAL {
    rates(v)
    n = ninf
    l = linf
}

BREAKPOINT {
    SOLVE states
    gk = gkbar*n^3*l
    ik = gk*(v - ek)
}

PROCEDURE states() {
    rates(v)
    n = n + nexp*(ninf - n)
    l = l + lexp*(linf - l)
}

UNITSOFF
PROCEDURE rates(v) {
    LOCAL q, tau, a

    q = 2.1^((celsius - 24)/10)
    a = exp(-0.11*(v + 13))
    ninf = 1/(1 + a)
    tau = 50*exp(-0.08*(v + 13))/(1 + a)
    IF (tau < 2) { tau = 2 }
    nexp = 1 - exp(-dt*q/tau)

    linf = 1/(1 + exp((v + 66)/9))
    IF (v < -80) {
        tau = 40
    } ELSE IF (v < -30) {
        tau = 40 + 4*(v + 80)
    } ELSE {
        tau = 240
    }
    lexp = 1 - exp(-dt*q/tau)
}
UNITSON
