TITLE Calcium that diffuses from shell to shell, and a linear pump at the membrane

COMMENT
Four concentric shells in the manner of Yamada, Koch and Adams (1998): the outermost has half the
thickness of the others. What flows in through channels enters shell 0, and what is above rest is
pumped out there in proportion.
ENDCOMMENT

NEURON {
    THREADSAFE
    SUFFIX tcash
    USEION ca READ cai, ica WRITE cai
    RANGE ca0, pump, DCa
    GLOBAL vrat
}

DEFINE NSHELL 4

UNITS {
    (molar) = (1/liter)
    (mM) = (millimolar)
    (um) = (micron)
    (mA) = (milliamp)
    FARADAY = (faraday) (10000 coulomb)
    PI = (pi) (1)
}

PARAMETER {
    DCa = 0.2 (um2/ms)
    ca0 = 6e-5 (mM)
    pump = 0.02 (um/ms)
    bound = 20
}

ASSIGNED {
    diam (um)
    ica (mA/cm2)
    cai (mM)
    vrat[NSHELL]
    frat[NSHELL] (um)
}

LOCAL done

STATE {
    ca[NSHELL] (mM) <1e-8>
}

INITIAL {
    done = 0
    IF (done == 0) {
        done = 1
        geometry()
    }
    FROM i = 0 TO NSHELL - 1 {
        ca[i] = ca0
    }
    cai = ca[0]
}

BREAKPOINT {
    SOLVE diffusion METHOD sparse
}

PROCEDURE geometry() {
    LOCAL r, dr2

    r = 0.5
    dr2 = r / (NSHELL - 1) / 2
    vrat[0] = 0
    frat[0] = 2 * r
    FROM i = 0 TO NSHELL - 2 {
        vrat[i] = vrat[i] + PI * (r - dr2 / 2) * 2 * dr2
        r = r - dr2
        frat[i + 1] = 2 * PI * r / (2 * dr2)
        r = r - dr2
        vrat[i + 1] = PI * (r + dr2 / 2) * 2 * dr2
    }
}

KINETIC diffusion {
    COMPARTMENT i, diam * diam * vrat[i] * bound { ca }
    ~ ca[0] << (-ica * PI * diam / (2 * FARADAY) - pump * PI * diam * (ca[0] - ca0))
    FROM i = 0 TO NSHELL - 2 {
        ~ ca[i] <-> ca[i + 1] (DCa * frat[i + 1], DCa * frat[i + 1])
    }
    cai = ca[0]
}
