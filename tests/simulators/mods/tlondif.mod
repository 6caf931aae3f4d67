TITLE Calcium in two shells, with diffusion along the cable

COMMENT
A soma of one segment has no neighbour that calcium could go to.
ENDCOMMENT

NEURON {
    SUFFIX tlondif
    USEION ca READ cai, ica WRITE cai
    RANGE pump
}

UNITS {
    FARADAY = (faraday) (coulombs)
}

PARAMETER {
    pump = 0.2 (/ms)
    DCa = 0.53 (um2/ms)
}

ASSIGNED {
    diam (um)
    ica (mA/cm2)
    cai (mM)
}

STATE { ca[2] (mM) }

INITIAL {
    cai = 1e-4
    ca[0] = cai
    ca[1] = cai
}

BREAKPOINT {
    SOLVE shells METHOD sparse
}

KINETIC shells {
    COMPARTMENT ii, (1 + ii) * diam * diam / 4 { ca }
    LONGITUDINAL_DIFFUSION ii, DCa * (1 + ii) * diam * diam / 4 { ca }
    ~ ca[0] << (-ica * 3.14159 * diam * (1e4) / (2 * FARADAY))
    ~ ca[0] <-> ca[1] (DCa * diam, DCa * diam)
    ~ ca[0] << (-pump * (ca[0] - 1e-4) * diam * diam / 4)
    cai = ca[0]
}
