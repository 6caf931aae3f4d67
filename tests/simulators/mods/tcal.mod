TITLE L-type calcium current through NEURON's own constant-field function

COMMENT
Also reports the equilibrium potential that the concentrations give, and stops a rectifying leak of
calcium at it. The gate is integrated with the explicit Euler method.
ENDCOMMENT

NEURON {
    THREADSAFE
    SUFFIX tcal
    USEION ca READ cai, cao WRITE ica VALENCE 2
    RANGE pbar, pleak, minf, tau, eq
}

UNITS {
    (mA) = (milliamp)
    (mV) = (millivolt)
    (mM) = (milli/liter)
    FARADAY = (faraday) (coulomb)
    R = (k-mole) (joule/degC)
}

PARAMETER {
    pbar = 1e-4 (cm/s)
    pleak = 1e-7 (S/cm2)
}

ASSIGNED {
    v (mV)
    celsius (degC)
    cai (mM)
    cao (mM)
    ica (mA/cm2)
    minf
    tau (ms)
    eq (mV)
}

STATE { m }

INITIAL {
    rates(v)
    m = minf
}

BREAKPOINT {
    SOLVE states METHOD euler
    eq = equilibrium(cai, cao)
    ica = pbar * m^2 * nrn_ghk(v, cai, cao, 2)
    IF (v < eq) {
        ica = ica + pleak * (v - eq)
    }
}

DERIVATIVE states {
    rates(v)
    m' = (minf - m) / tau
}

FUNCTION equilibrium(ci (mM), co (mM)) (mV) {
    equilibrium = (1000) * R * (celsius + 273.15) / (2 * FARADAY) * log(co / ci)
}

PROCEDURE rates(v (mV)) {
    UNITSOFF
    minf = 1 / (1 + exp(-(v + 28) / 8))
    tau = 1.5 + 4 / (1 + exp((v + 28) / 12))
    UNITSON
}
