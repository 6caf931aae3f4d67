TITLE A channel whose BREAKPOINT remembers: executed twice, it is as if it were once

NEURON {
    SUFFIX gspike
    NONSPECIFIC_CURRENT i
    RANGE gbar, weight
}

PARAMETER { gbar = 0.0005 (S/cm2) }

ASSIGNED { v (mV) i (mA/cm2) weight on }

INITIAL {
    weight = 1
    on = 0
}

BREAKPOINT {
    IF (v > -55 && on == 0) {
        weight = weight * 0.8
        on = 1
    }
    IF (v < -60) {
        on = 0
    }
    i = gbar * weight * (v + 70)
}
