TITLE Potassium channel whose modes are always in equilibrium

COMMENT
The channel is in one of three modes whose exchange is so fast that their occupancies follow from
linear equations at every step.
ENDCOMMENT

NEURON {
    SUFFIX tlin
    USEION k READ ek WRITE ik
    RANGE gbar, vh
}

UNITS {
    (mV) = (millivolt)
    (mA) = (milliamp)
    (S) = (siemens)
}

PARAMETER {
    gbar = 2e-4 (S/cm2)
    vh = -50 (mV)
}

ASSIGNED {
    v (mV)
    ek (mV)
    ik (mA/cm2)
    up
    down
}

STATE { q1 q2 q3 }

INITIAL {
    SOLVE modes
}

BREAKPOINT {
    SOLVE modes
    ik = gbar * (q3 + 0.1 * q2) * (v - ek)
}

LINEAR modes {
    up = 0.5 * exp((v - vh) / 20)
    down = 0.4 * exp(-(v - vh) / 30)
    ~ q1 * up - q2 * down = 0
    ~ q2 * up * 0.5 - q3 * down * 2 = 0
    ~ q1 + q2 + q3 = 1
}
