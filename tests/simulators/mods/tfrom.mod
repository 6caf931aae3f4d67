TITLE A chain of closed states, as long as a parameter says

COMMENT
One channel is open where all its steps have been gone; how many there are is a parameter, as is the
element of the chain that is the open one.
ENDCOMMENT

NEURON {
    SUFFIX tfrom
    USEION k READ ek WRITE ik
    RANGE gbar, nstep
    GLOBAL first
}

DEFINE MOST 6

PARAMETER {
    gbar = 0.001 (S/cm2)
    nstep = 4
    first = 0
}

ASSIGNED {
    v (mV)
    ek (mV)
    ik (mA/cm2)
    a (/ms)
    b (/ms)
}

STATE { c[MOST] }

INITIAL {
    FROM j = 0 TO MOST - 1 {
        c[j] = 0
    }
    c[first] = 1
}

BREAKPOINT {
    LOCAL taken, j
    SOLVE chain METHOD sparse
    taken = 0
    j = 0
    WHILE (j < nstep) {
        taken = taken + c[j]
        j = j + 1
    }
    ik = gbar * (1 - taken) * (v - ek)
}

KINETIC chain {
    rates(v)
    FROM j = 0 TO nstep - 1 {
        ~ c[j] <-> c[j + 1] ((nstep - j) * a, (j + 1) * b)
    }
}

PROCEDURE rates(v (mV)) {
    a = 0.2 * exp((v + 30) / 40)
    b = 0.25 * exp(-(v + 40) / 30)
}
