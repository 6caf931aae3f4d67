TITLE Calcium under the membrane: inflow through channels and first-order removal

COMMENT
A thin shell of constant depth, of whose inflowing calcium the fraction gamma stays free, after
Amarillo et al. (2014).

    cai' = -ica gamma / (2 F depth) - (cai - cainf) / taur

Because this mechanism writes cai, NEURON resets cai and cao of the segment to its global cai0 and
cao0 when a simulation is initialised: a cao that was set before has no effect.

Amarillo Y et al. (2014) J Neurophysiol 112:393-410.
ENDCOMMENT

NEURON {
    THREADSAFE
    SUFFIX TC_cad
    USEION ca READ ica WRITE cai
    RANGE depth, gamma, taur, cainf
}

UNITS {
    (mA) = (milliamp)
    (mM) = (milli/liter)
    (um) = (micron)
}

PARAMETER {
    depth = 0.1 (um)
    gamma = 0.05
    taur = 5 (ms)
    cainf = 5e-5 (mM)
}

ASSIGNED {
    ica (mA/cm2)
}

STATE {
    cai (mM)
}

INITIAL {
    cai = cainf
}

BREAKPOINT {
    SOLVE state METHOD derivimplicit
}

UNITSOFF

: 1e4 turns mA/cm2 over um into mM/ms; F = 96485.33 C/mol; the valence is 2
DERIVATIVE state {
    cai' = -1e4 * ica * gamma / (2.0 * 96485.33 * depth) - (cai - cainf) / taur
}

UNITSON
