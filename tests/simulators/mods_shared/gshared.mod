TITLE A channel whose rates are GLOBAL, and a PARAMETER: all assigned where they are read

NEURON {
    SUFFIX gshared
    USEION k READ ek WRITE ik
    RANGE gbar
    GLOBAL minf, mtau, tadj
}

PARAMETER {
    gbar = 0.002 (S/cm2)
    width = 1 : of no segment, so of all
}

ASSIGNED { v (mV) celsius (degC) ek (mV) ik (mA/cm2) minf mtau (ms) tadj }

STATE { m }

INITIAL {
    rates(v)
    m = minf
}

BREAKPOINT {
    SOLVE states METHOD cnexp
    : the same in all segments
    ik = tadj * gbar * m * (v - ek)
}

DERIVATIVE states {
    rates(v)
    m' = (minf - m) / mtau
}

PROCEDURE rates(v (mV)) {
    tadj = 2.3^((celsius - 30) / 10)
    IF (v < -60) {
        width = 6
        mtau = 9 / tadj
    } ELSE {
        width = 8
        mtau = (5 + fabs(v + 60)) / tadj
    }
    minf = 1 / (1 + exp(-(v + 55) / width))
}
