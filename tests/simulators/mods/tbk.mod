TITLE Large potassium channel that calcium and voltage open together

COMMENT
closed -> open needs a calcium ion. Binding and unbinding depend on voltage because the binding site
lies within the field of the membrane (after Moczydlowski and Latorre 1983).
ENDCOMMENT

NEURON {
    THREADSAFE
    SUFFIX tbk
    USEION k READ ek WRITE ik
    USEION ca READ cai
    RANGE gbar, po
}

UNITS {
    (mV) = (millivolt)
    (mA) = (milliamp)
    (S) = (siemens)
    (molar) = (1/liter)
    (mM) = (millimolar)
    FARADAY = (faraday) (kilocoulombs)
    R = (k-mole) (joule/degC)
}

PARAMETER {
    gbar = 0.01 (S/cm2)
    kon = 300 (/mM-ms)
    koff = 0.8 (/ms)
    delta1 = 0.8
    delta2 = 0.9
    k1 = 4e-3 (mM)
    k4 = 6e-4 (mM)
}

ASSIGNED {
    v (mV)
    celsius (degC)
    ek (mV)
    ik (mA/cm2)
    cai (mM)
    po
    bind (/ms)
    unbind (/ms)
}

STATE { closed open }

INITIAL {
    SOLVE binding STEADYSTATE sparse
}

BREAKPOINT {
    SOLVE binding METHOD sparse
    po = open
    ik = gbar * po * (v - ek)
}

KINETIC binding {
    bind = kon * cai * exp1(delta1, v)
    unbind = koff * exp1(-delta2, v)
    ~ closed <-> open (bind, unbind)
    CONSERVE closed + open = 1
}

FUNCTION exp1(d, v (mV)) {
    exp1 = exp(d * FARADAY * v / R / (273.15 + celsius))
}
