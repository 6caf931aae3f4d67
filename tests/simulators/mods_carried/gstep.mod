TITLE A channel whose current reads what its states have left: of a segment, shown and hidden

NEURON {
    SUFFIX gstep
    USEION na READ ena WRITE ina
    RANGE gbar, minf, scale
    GLOBAL last
}

PARAMETER { gbar = 0.003 (S/cm2) }

ASSIGNED { v (mV) ena (mV) ina (mA/cm2) diam (um) minf scale last count }

STATE { h }

INITIAL {
    last = 0.5 + diam / 20
    scale = last
    count = 0
    rates(v)
    h = 0.6
}

BREAKPOINT {
    SOLVE states METHOD cnexp
    ina = gbar * minf * h * scale * last * (1 + count / 5000) * (v - ena)
}

DERIVATIVE states {
    count = count + 1
    rates(v)
    h' = (1 / (1 + exp((v + 60) / 6)) - h) / 5
}

PROCEDURE rates(v (mV)) {
    minf = 1 / (1 + exp(-(v + 40) / 6))
}
