TITLE Potassium inside, set at the end of each step without a differential equation

NEURON {
    SUFFIX tnocur
    USEION k READ ik, ki WRITE ki
    RANGE rest, per, held
}

PARAMETER {
    rest = 130 (mM)
    per = 200 (mM cm2/mA)
}

ASSIGNED {
    v (mV)
    ik (mA/cm2)
    ki (mM)
    held (mM)
}

INITIAL {
    ki = rest
    held = rest
}

BREAKPOINT {
    LOCAL target
    target = rest - per * ik + 0.01 * (v + 70)
    held = held + dt * (target - held) / 5
    ki = held
}
