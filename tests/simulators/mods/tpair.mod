TITLE Sodium current with two inactivation gates that exchange

COMMENT
Fast inactivation h and slow inactivation s relax to their steady states and into each other: a
linear system of two coupled equations, solved implicitly. Activation is immediate.
ENDCOMMENT

NEURON {
    THREADSAFE
    SUFFIX tpair
    USEION na READ ena WRITE ina
    RANGE gbar, mix
}

UNITS {
    (mA) = (milliamp)
    (mV) = (millivolt)
    (S) = (siemens)
}

PARAMETER {
    gbar = 2e-4 (S/cm2)
    mix = 0.05 (/ms)
}

ASSIGNED {
    v (mV)
    ena (mV)
    ina (mA/cm2)
    minf
    hinf
    sinf
    htau (ms)
    stau (ms)
}

STATE { h s }

INITIAL {
    rates(v)
    h = hinf
    s = sinf
}

BREAKPOINT {
    SOLVE exchange METHOD derivimplicit
    minf = 1 / (1 + exp(-(v + 52) / 5))
    ina = gbar * minf * (0.6 * h + 0.4 * s) * (v - ena)
}

DERIVATIVE exchange {
    rates(v)
    h' = (hinf - h) / htau + mix * (s - h)
    s' = (sinf - s) / stau - 0.3 * mix * (s - h)
}

PROCEDURE rates(v (mV)) {
    hinf = 1 / (1 + exp((v + 58) / 8))
    sinf = 1 / (1 + exp((v + 48) / 10))
    htau = 3 + 25 / (1 + exp((v + 45) / 9))
    stau = 120 + 300 / cosh((v + 60) / 15)
}
