TITLE Low-threshold calcium current of CA1 cells, driven by the constant-field equation

COMMENT
The driving force is the constant-field current of this file's own function, normalised to the slope
of a straight current-voltage relation, as in models of hippocampal cells after Migliore et al. The
rates are tabulated.
ENDCOMMENT

NEURON {
    SUFFIX tcat
    USEION ca READ cai, cao WRITE ica
    RANGE gcatbar, ica, gcat
    GLOBAL hinf, minf, mtau, htau
}

UNITS {
    (mA) = (milliamp)
    (mV) = (millivolt)
    (molar) = (1/liter)
    (mM) = (millimolar)
    FARADAY = 96520 (coul)
    R = 8.3134 (joule/degC)
    KTOMV = .0853 (mV/degC)
}

PARAMETER {
    v (mV)
    celsius = 6.3 (degC)
    gcatbar = .0015 (mho/cm2)
    cai (mM)
    cao (mM)
    tBase = 23.5 (degC)
}

STATE { m h }

ASSIGNED {
    ica (mA/cm2)
    gcat (mho/cm2)
    hinf
    htau (ms)
    minf
    mtau (ms)
}

INITIAL {
    rates(v)
    m = minf
    h = hinf
    gcat = gcatbar*m*m*h
}

BREAKPOINT {
    SOLVE states METHOD cnexp
    gcat = gcatbar*m*m*h
    ica = gcat*ghkg(v, cai, cao)
}

DERIVATIVE states {
    rates(v)
    m' = (minf - m)/mtau
    h' = (hinf - h)/htau
}

FUNCTION ghkg(v (mV), ci (mM), co (mM)) (mV) {
    LOCAL nu, f
    f = KTF(celsius)/2
    nu = v/f
    ghkg = -f*(1. - (ci/co)*exp(nu))*efun(nu)
}

FUNCTION KTF(celsius (degC)) (mV) {
    KTF = ((25./293.15)*(celsius + 273.15))
}

FUNCTION efun(z) {
    if (fabs(z) < 1e-4) {
        efun = 1 - z/2
    }else{
        efun = z/(exp(z) - 1)
    }
}

FUNCTION alph(v (mV)) (/ms) {
    TABLE FROM -150 TO 150 WITH 200
    alph = 1.6e-4*exp(-(v + 57)/19)
}

FUNCTION beth(v (mV)) (/ms) {
    TABLE FROM -150 TO 150 WITH 200
    beth = 1/(exp((-v + 15)/10) + 1.0)
}

UNITSOFF
PROCEDURE rates(v (mV)) {
    LOCAL a, qt
    TABLE hinf, htau, minf, mtau DEPEND celsius, tBase FROM -100 TO 100 WITH 200

    qt = 3^((celsius - tBase)/10)
    minf = 1/(1 + exp(-(v + 56)/6.2))
    mtau = (0.6 + 1/(exp(-(v + 131)/16.7) + exp((v + 15.8)/18.2)))/qt
    a = alph(v)
    htau = 1/(a + beth(v))/qt
    hinf = a/(a + beth(v))
    IF (htau < 2) { htau = 2 }
}
UNITSON
