TITLE Calcium with a saturating pump

NEURON {
    SUFFIX r_pump
    USEION ca READ ica WRITE cai
}

ASSIGNED { ica }

STATE { cai }

INITIAL { cai = 1e-4 }

BREAKPOINT { SOLVE state METHOD derivimplicit }

DERIVATIVE state {
    cai' = -ica * 0.5 - 1e-3 * cai / (cai + 1e-3)
}
