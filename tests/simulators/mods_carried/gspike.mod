TITLE A channel that remembers spikes with its states, and its size in BREAKPOINT, once

NEURON {
    SUFFIX gspike
    NONSPECIFIC_CURRENT i
    RANGE gbar, weight, size
}

PARAMETER { gbar = 0.0005 (S/cm2) }

ASSIGNED { v (mV) i (mA/cm2) diam (um) weight on size }

STATE { s }

INITIAL {
    weight = 1
    on = 0
    size = 0
    s = 1
}

BREAKPOINT {
    SOLVE remember METHOD cnexp
    IF (size == 0) {
        size = 0.5 + diam / 20
    }
    i = gbar * size * (weight + 0.1 * s) * (v + 70)
}

DERIVATIVE remember {
    IF (v > -66 && on == 0) {
        weight = weight * 0.8
        on = 1
    }
    IF (v < -68) {
        on = 0
    }
    s' = (on - s) / 5
}
