TITLE Potassium that leaves the cell

NEURON {
    SUFFIX tkin
    USEION k READ ik WRITE ki
    RANGE rest, tau
}

UNITS {
    (mA) = (milliamp)
    (molar) = (1/liter)
    (mM) = (millimolar)
    (um) = (micron)
    F = (faraday) (coulomb)
}

PARAMETER {
    rest = 120 (mM)
    tau = 500 (ms)
}

ASSIGNED {
    ik (mA/cm2)
    diam (um)
}

STATE { ki (mM) }

INITIAL { ki = rest }

BREAKPOINT { SOLVE conc METHOD cnexp }

: a cylinder has 4/diam of surface per volume
DERIVATIVE conc {
    ki' = -(1e4)*4*ik/(diam*F) - (ki - rest)/tau
}
