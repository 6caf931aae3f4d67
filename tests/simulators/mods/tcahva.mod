: High-threshold calcium current of layer-5 pyramidal cells, style of Hay et al. (2011)
: Rates after Reuveni et al. (1993)

NEURON {
    SUFFIX tcahva
    USEION ca READ eca WRITE ica
    RANGE gbar, g, ica
}

UNITS {
    (S) = (siemens)
    (mV) = (millivolt)
    (mA) = (milliamp)
}

PARAMETER {
    gbar = 0.0005 (S/cm2)
}

ASSIGNED {
    v (mV)
    eca (mV)
    ica (mA/cm2)
    g (S/cm2)
    mInf
    mTau
    mAlpha
    mBeta
    hInf
    hTau
    hAlpha
    hBeta
}

STATE {
    m
    h
}

BREAKPOINT {
    SOLVE states METHOD cnexp
    g = gbar*m*m*h
    ica = g*(v-eca)
}

DERIVATIVE states {
    rates()
    m' = (mInf-m)/mTau
    h' = (hInf-h)/hTau
}

INITIAL {
    rates()
    m = mInf
    h = hInf
}

PROCEDURE rates() {
    UNITSOFF
    if ((v == -27)) {
        v = v+0.0001
    }
    mAlpha = (0.055*(-27-v))/(exp((-27-v)/3.8) - 1)
    mBeta = (0.94*exp((-75-v)/17))
    mInf = mAlpha/(mAlpha + mBeta)
    mTau = 1/(mAlpha + mBeta)
    hAlpha = (0.000457*exp((-13-v)/50))
    hBeta = (0.0065/(exp((-v-15)/28)+1))
    hInf = hAlpha/(hAlpha + hBeta)
    hTau = 1/(hAlpha + hBeta)
    UNITSON
}
