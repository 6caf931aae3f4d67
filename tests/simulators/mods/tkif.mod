TITLE Sodium channel with reactions that depend on the voltage, and on a parameter

COMMENT
Above a voltage the open channel inactivates faster; a parameter says whether it recovers by the
closed state. (NEURON's solver takes it that the same reactions stand in all branches that change
places in the simulation.)
ENDCOMMENT

NEURON {
    SUFFIX tkif
    USEION na READ ena WRITE ina
    RANGE gbar, vswitch, recovers
}

PARAMETER {
    gbar = 0.002 (S/cm2)
    vswitch = -45 (mV)
    recovers = 1
}

ASSIGNED {
    v (mV)
    ena (mV)
    ina (mA/cm2)
    a (/ms)
    b (/ms)
}

STATE { c o i }

INITIAL {
    c = 0.6
    o = 0.1
    i = 0.3
}

BREAKPOINT {
    SOLVE scheme METHOD sparse
    ina = gbar * o * (v - ena)
}

KINETIC scheme {
    a = 2 / (1 + exp(-(v + 35) / 8))
    b = 1.5 / (1 + exp((v + 45) / 9))
    ~ c <-> o (a, b)
    IF (v > vswitch) {
        ~ o <-> i (0.8, 0.01)
    } ELSE IF (v > vswitch - 20) {
        ~ o <-> i (0.4, 0.005)
    } ELSE {
        ~ o <-> i (0.1, 0.001)
    }
    IF (recovers) {
        ~ i <-> c (0.1, 0.001)
    }
    CONSERVE c + o + i = 1
}
