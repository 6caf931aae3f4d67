TITLE Sodium channel with an open state that is blocked

COMMENT
Closed, open, inactivated, and blocked: the blocker enters open channels and leaves when the cell
repolarises, which makes a resurgent current (the idea of Raman and Bean 2001, in few states). The
initial occupancies come from linear equations of their own.
ENDCOMMENT

NEURON {
    SUFFIX tnab
    USEION na READ ena WRITE ina
    RANGE gbar, g, block
}

UNITS {
    (mV) = (millivolt)
    (mA) = (milliamp)
    (S) = (siemens)
}

PARAMETER {
    gbar = 2e-3 (S/cm2)
    block = 0.4 (/ms) <0, 10>
}

ASSIGNED {
    v (mV)
    celsius (degC)
    ena (mV)
    ina (mA/cm2)
    g (S/cm2)
    qt
    f1 (/ms)
    b1 (/ms)
    f2 (/ms)
    b2 (/ms)
    f3 (/ms)
    b3 (/ms)
}

STATE { C O I B }

INITIAL {
    qt = 3^((celsius - 22)/10)
    rates(v)
    SOLVE seqinitial
}

BREAKPOINT {
    SOLVE activation METHOD sparse
    g = gbar * O
    ina = g * (v - ena)
}

KINETIC activation {
    rates(v)
    ~ C <-> O (f1, b1)
    ~ O <-> I (f2, b2)
    ~ O <-> B (f3, b3)
    CONSERVE C + O + I + B = 1
}

LINEAR seqinitial {
    ~ C*f1 - O*b1 = 0
    ~ O*f2 - I*b2 = 0
    ~ O*f3 - B*b3 = 0
    ~ C + O + I + B = 1
}

PROCEDURE rates(v (mV)) {
    f1 = qt*1.2*exp((v + 30)/14)
    b1 = qt*2.0*exp(-(v + 40)/12)
    f2 = qt*0.7
    b2 = qt*0.01*exp(-(v + 60)/20)
    f3 = qt*block
    b3 = qt*0.03*exp(-(v + 60)/30)
}
