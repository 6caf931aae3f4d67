TITLE Potassium channel whose kinetics are measured points

COMMENT
Steady state and time constant come from tables that whoever makes the cell has read from a figure.
ENDCOMMENT

NEURON {
    SUFFIX ttabf
    USEION k READ ek WRITE ik
    RANGE gbar
}

PARAMETER {
    gbar = 0.003 (S/cm2)
}

ASSIGNED {
    v (mV)
    ek (mV)
    ik (mA/cm2)
}

STATE { n }

FUNCTION_TABLE ninf(v (mV))
FUNCTION_TABLE ntau(v (mV)) (ms)

INITIAL {
    n = ninf(v)
}

BREAKPOINT {
    SOLVE states METHOD cnexp
    ik = gbar * n * (v - ek)
}

DERIVATIVE states {
    n' = (ninf(v) - n) / ntau(v)
}
