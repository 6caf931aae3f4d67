TITLE Hyperpolarisation-activated cation current of thalamocortical cells

COMMENT
Activation curve of Budde et al. (1997), time constant after Huguenard and McCormick (1992).

    ih = gh_max m (v - e_h)

Rates hold at 34 degC.

Budde T et al. (1997) J Physiol 503:79-85.
Huguenard JR, McCormick DA (1992) J Neurophysiol 68:1373-1383.
ENDCOMMENT

NEURON {
    THREADSAFE
    SUFFIX TC_ih_Bud97
    NONSPECIFIC_CURRENT ih
    RANGE gh_max, e_h
    RANGE m_inf, tau_m
    GLOBAL q10
}

UNITS {
    (mA) = (milliamp)
    (mV) = (millivolt)
    (S) = (siemens)
}

PARAMETER {
    gh_max = 2.2e-5 (S/cm2)
    e_h = -43 (mV)
    q10 = 4
}

ASSIGNED {
    v (mV)
    celsius (degC)
    ih (mA/cm2)
    m_inf
    tau_m (ms)
}

STATE {
    m
}

INITIAL {
    rates(v)
    m = m_inf
}

BREAKPOINT {
    SOLVE states METHOD cnexp
    ih = gh_max * m * (v - e_h)
}

DERIVATIVE states {
    rates(v)
    m' = (m_inf - m) / tau_m
}

UNITSOFF

PROCEDURE rates(v (mV)) {
    m_inf = 1.0 / (1.0 + exp((v + 86.4) / 11.2))
    tau_m = 1.0 / (exp(-14.59 - 0.086 * v) + exp(-1.87 + 0.0701 * v))
    tau_m = tau_m / q10^((celsius - 34.0) / 10.0)
}

UNITSON
