TITLE A leak to a potential that INITIAL has taken from the segment that comes last

NEURON {
    SUFFIX gbegun
    NONSPECIFIC_CURRENT i
    RANGE gbar, shift
    GLOBAL rest, weight
}

PARAMETER { gbar = 0.0001 (S/cm2) shift = 0 (mV) }

ASSIGNED { v (mV) i (mA/cm2) rest (mV) weight[2] }

LOCAL done

INITIAL {
    rest = v + shift
    IF (done == 0) {
        done = 1
        weigh()
    }
}

BREAKPOINT {
    i = gbar * (weight[0] * (v - rest) + weight[1] * (v + 70))
}

PROCEDURE weigh() {
    FROM k = 0 TO 1 {
        weight[k] = 0.25 + 0.5 * k
    }
}
