TITLE Potassium current through a chain of gates, solved as one implicit system

NEURON {
    SUFFIX tchain
    USEION k READ ek WRITE ik
    RANGE gbar, tau, d
}

UNITS {
    (mA) = (milliamp)
    (mV) = (millivolt)
    (S) = (siemens)
}

PARAMETER {
    gbar = 1e-3 (S/cm2)
    tau = 6 (ms)
    d = 0.3 (/ms)
}

ASSIGNED {
    v (mV)
    ek (mV)
    ik (mA/cm2)
    xinf
}

STATE { first second third }

INITIAL {
    xinf = 1 / (1 + exp(-(v + 40) / 6))
    first = xinf
    second = first
    third = second
}

BREAKPOINT {
    SOLVE chain METHOD derivimplicit
    ik = gbar * third * third * (v - ek)
}

: each gate follows the one before it, and holds it back a little
DERIVATIVE chain {
    xinf = 1 / (1 + exp(-(v + 40) / 6))
    first' = (xinf - first) / tau - 0.1 * d * (first - second)
    second' = d * (first - second) - 0.2 * d * (second - third)
    third' = 0.5 * d * (second - third)
}
