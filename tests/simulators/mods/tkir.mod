TITLE Inward rectifier without a gate, and an outward leak that saturates

COMMENT
A current that is not linear in the voltage and has no state at all. The rectification follows the
distance from the equilibrium potential.
ENDCOMMENT

NEURON {
    THREADSAFE
    SUFFIX tkir
    USEION k READ ek WRITE ik
    RANGE gbar, gsat, dv
}

UNITS {
    (mA) = (milliamp)
    (mV) = (millivolt)
    (S) = (siemens)
}

PARAMETER {
    gbar = 2e-4 (S/cm2)
    gsat = 2e-5 (S/cm2)
    dv = 12 (mV)
}

ASSIGNED {
    v (mV)
    ek (mV)
    ik (mA/cm2)
}

BREAKPOINT {
    LOCAL u, g, outward

    u = v - ek
    g = gbar / (1 + exp((u + 4) / dv))
    outward = 0
    IF (u > 0) {
        outward = gsat * dv * tanh(u / dv) + gsat * sqrt(u / dv) * u * 0.1
    }
    ik = g * u + outward
}
