TITLE Nonspecific cation current that calcium activates slowly

COMMENT
n calcium ions bind to a closed channel and open it: m_inf = x / (x + 1) with x = (cai / cac)^2, the
time constant is 1 / (beta (x + 1)), but not less than taumin. After Destexhe et al. (1994).
ENDCOMMENT

INDEPENDENT { t FROM 0 TO 1 WITH 1 (ms) }

NEURON {
    SUFFIX tican
    USEION ca READ cai
    NONSPECIFIC_CURRENT i
    RANGE gbar, i, m_inf, tau_m
    GLOBAL beta, cac, taumin
}

UNITS {
    (mA) = (milliamp)
    (mV) = (millivolt)
    (molar) = (1/liter)
    (mM) = (millimolar)
}

PARAMETER {
    v (mV)
    celsius = 36 (degC)
    erev = 10 (mV)
    cai = 50.e-6 (mM)
    gbar = 1e-4 (mho/cm2)
    beta = 2.5e-3 (1/ms)
    cac = 4e-4 (mM)
    taumin = 0.1 (ms)
}

STATE { m }

ASSIGNED {
    i (mA/cm2)
    m_inf
    tau_m (ms)
    tadj
}

INITIAL {
    tadj = 3.0 ^ ((celsius - 22.0) / 10)
    evaluate_fct(v, cai)
    m = m_inf
}

BREAKPOINT {
    SOLVE states METHOD cnexp
    i = gbar * m * m * (v - erev)
}

DERIVATIVE states {
    evaluate_fct(v, cai)
    m' = (m_inf - m) / tau_m
}

UNITSOFF
PROCEDURE evaluate_fct(v (mV), cai (mM)) {
    LOCAL alpha2

    alpha2 = beta * (cai / cac)^2
    tau_m = 1 / (alpha2 + beta) / tadj
    m_inf = alpha2 / (alpha2 + beta)
    if (tau_m < taumin) { tau_m = taumin }
}
UNITSON
