TITLE Ih of CA1 cells, with an ion of its own

COMMENT
The current is that of an ion `hcn`, so that its reversal potential ehcn is a variable of the segment.
Time constant after Magee (1998) as used in models of Poirazi et al. and Migliore et al.
ENDCOMMENT

NEURON {
    SUFFIX thcn
    USEION hcn READ ehcn WRITE ihcn VALENCE 1
    RANGE ghdbar, vhalfl
    GLOBAL linf, taul
}

UNITS {
    (mA) = (milliamp)
    (mV) = (millivolt)
}

PARAMETER {
    v (mV)
    ehcn (mV)
    celsius (degC)
    ghdbar = .0001 (mho/cm2)
    vhalfl = -81 (mV)
    kl = -8
    vhalft = -75 (mV)
    a0t = 0.011 (/ms)
    zetat = 2.2 (1)
    gmt = .4 (1)
    q10 = 4.5
    qtl = 1
}

STATE { l }

ASSIGNED {
    ihcn (mA/cm2)
    linf
    taul
    ghd
}

INITIAL {
    rate(v)
    l = linf
}

BREAKPOINT {
    SOLVE states METHOD cnexp
    ghd = ghdbar*l
    ihcn = ghd*(v - ehcn)
}

FUNCTION alpt(v (mV)) {
    alpt = exp(0.0378*zetat*(v - vhalft))
}

FUNCTION bett(v (mV)) {
    bett = exp(0.0378*zetat*gmt*(v - vhalft))
}

DERIVATIVE states {
    rate(v)
    l' = (linf - l)/taul
}

PROCEDURE rate(v (mV)) {
    LOCAL a, qt
    qt = q10^((celsius - 33)/10)
    a = alpt(v)
    linf = 1/(1 + exp(-(v - vhalfl)/kl))
    taul = bett(v)/(qtl*qt*a0t*(1 + a))
}
