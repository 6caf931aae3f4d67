TITLE A channel that is interpolated in coarse tables, and what is left by their making

NEURON {
    SUFFIX gtable
    USEION k READ ek WRITE ik
    RANGE gbar, tau, n
    GLOBAL inf, tadj, low
}

PARAMETER { gbar = 0.002 (S/cm2) low = -93 (mV) }

ASSIGNED { v (mV) celsius (degC) ek (mV) ik (mA/cm2) inf tau (ms) tadj }

STATE { n }

INITIAL {
    rates(v - 1)
    n = inf
}

BREAKPOINT {
    SOLVE states METHOD cnexp
    ik = gbar * tadj * n * slow(v) * (v - ek)
}

DERIVATIVE states {
    rates(v - 1)
    n' = (inf - n) / tau
}

PROCEDURE rates(v (mV)) {
    TABLE inf, tau DEPEND celsius FROM low TO low + 60 WITH 7
    tadj = 2.3^((celsius - 30) / 10)
    inf = 1 / (1 + exp(-(v + 50) / 4))
    tau = (1 + slow(v)) / tadj
}

FUNCTION slow(u (mV)) {
    TABLE FROM -100 TO 50 WITH 11
    slow = 1 / (1 + exp((u + 60) / 7))
}
