TITLE Calcium that binds to a buffer

NEURON {
    SUFFIX r_buffer
    USEION ca READ ica, cai WRITE cai
}

ASSIGNED { ica cai }

STATE { ca buf cabuf }

INITIAL {
    ca = 1e-4
    buf = 0.1
    cabuf = 0
    cai = ca
}

BREAKPOINT { SOLVE binding METHOD sparse }

KINETIC binding {
    ~ ca << (-ica * 0.5)
    ~ ca + buf <-> cabuf (100, 0.1)
    cai = ca
}
