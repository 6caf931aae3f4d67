TITLE Leak given for the whole compartment, and a shunt that depends on its diameter

NEURON {
    THREADSAFE
    SUFFIX tarea
    NONSPECIFIC_CURRENT i
    RANGE gtotal, e, shunt
}

UNITS {
    (mA) = (milliamp)
    (mV) = (millivolt)
    (nS) = (nanosiemens)
    (um) = (micron)
    (S) = (siemens)
}

PARAMETER {
    gtotal = 2 (nS)
    e = -60 (mV)
    shunt = 1e-4 (S/cm)
}

ASSIGNED {
    v (mV)
    i (mA/cm2)
    area (um2)
    diam (um)
    g (S/cm2)
}

INITIAL {
    : nS/um2 is 0.1 S/cm2
    g = (0.1) * gtotal / area + (1e-4) * shunt * diam
}

BREAKPOINT {
    i = g * (v - e)
}
