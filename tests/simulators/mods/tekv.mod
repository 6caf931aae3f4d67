TITLE Potassium channel that sets the reversal potential that it, and others, see

COMMENT
What accumulates outside follows the current within the step: ek moves with the voltage.
ENDCOMMENT

NEURON {
    SUFFIX tekv
    USEION k READ ik WRITE ek, ik
    RANGE gbar, rest, per
}

PARAMETER {
    gbar = 1e-4 (S/cm2)
    rest = -88 (mV)
    per = 0.05
}

ASSIGNED {
    v (mV)
    ek (mV)
    ik (mA/cm2)
}

STATE { s }

INITIAL {
    s = 0
    ek = rest
}

BREAKPOINT {
    SOLVE slow METHOD cnexp
    ek = rest + per * (v + 70) + 3 * s
    ik = gbar * (v - ek)
}

DERIVATIVE slow {
    s' = ((v + 70) / 100 - s) / 30
}
