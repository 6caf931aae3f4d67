TITLE Calcium under the membrane, kept in a state of its own (derivimplicit)

COMMENT
Inflow only fills the shell; what the pump takes out brings it back to cainf. After Destexhe et al.
(1993), integrated by an implicit step.
ENDCOMMENT

INDEPENDENT {t FROM 0 TO 1 WITH 1 (ms)}

NEURON {
    SUFFIX tpooli
    USEION ca READ ica, cai WRITE cai
    RANGE depth, cainf, taur
}

UNITS {
    (molar) = (1/liter)
    (mM) = (millimolar)
    (um) = (micron)
    (mA) = (milliamp)
    FARADAY = (faraday) (coulomb)
}

PARAMETER {
    depth = .5 (um)
    taur = 40 (ms)
    cainf = 2.4e-4 (mM)
    cai (mM)
}

STATE {
    ca (mM)
}

INITIAL {
    ca = cainf
    cai = ca
}

ASSIGNED {
    ica (mA/cm2)
    drive_channel (mM/ms)
}

BREAKPOINT {
    SOLVE state METHOD derivimplicit
}

DERIVATIVE state {
    drive_channel = -(10000) * ica / (2 * FARADAY * depth)

    if (drive_channel <= 0.) { drive_channel = 0. }

    ca' = drive_channel + (cainf - ca) / taur
    cai = ca
}
