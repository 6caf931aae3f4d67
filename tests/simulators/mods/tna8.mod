TITLE Sodium channel as a Markov scheme of eight states

COMMENT
Three closed states and an open one, each with an inactivated partner:

    c1 - c2 - c3 - o
    |    |    |    |
    i1 - i2 - i3 - i4

Each of three independent sensors moves with rates alpha and beta. Inactivation is faster the more
sensors are up; going back is slower by the same ratio, so that no cycle has a net flow.
ENDCOMMENT

NEURON {
    THREADSAFE
    SUFFIX tna8
    USEION na READ ena WRITE ina
    RANGE gbar, g, q10, ratio
}

UNITS {
    (mV) = (millivolt)
    (mA) = (milliamp)
    (S) = (siemens)
}

PARAMETER {
    gbar = 0.05 (S/cm2) <0, 1e9>
    q10 = 2.3
    ratio = 2.5 <1, 20>
    vshift = 0 (mV)
}

ASSIGNED {
    v (mV)
    celsius (degC)
    ena (mV)
    ina (mA/cm2)
    g (S/cm2)
    tadj
    alpha (/ms)
    beta (/ms)
    inact (/ms)
    recover (/ms)
}

STATE { c1 c2 c3 o i1 i2 i3 i4 }

INITIAL {
    tadj = q10^((celsius - 24) / 10)
    SOLVE scheme STEADYSTATE sparse
}

BREAKPOINT {
    SOLVE scheme METHOD sparse
    g = gbar * o
    ina = g * (v - ena)
}

KINETIC scheme {
    rates(v)
    ~ c1 <-> c2 (3 * alpha, beta)
    ~ c2 <-> c3 (2 * alpha, 2 * beta)
    ~ c3 <-> o (alpha, 3 * beta)
    ~ i1 <-> i2 (3 * alpha * ratio, beta / ratio)
    ~ i2 <-> i3 (2 * alpha * ratio, 2 * beta / ratio)
    ~ i3 <-> i4 (alpha * ratio, 3 * beta / ratio)
    ~ c1 <-> i1 (inact, recover)
    ~ c2 <-> i2 (inact * ratio, recover / ratio)
    ~ c3 <-> i3 (inact * ratio^2, recover / ratio^2)
    ~ o <-> i4 (inact * ratio^3, recover / ratio^3)
    CONSERVE c1 + c2 + c3 + o + i1 + i2 + i3 + i4 = 1
}

PROCEDURE rates(vm (mV)) {
    LOCAL u
    UNITSOFF
    u = vm - vshift
    alpha = tadj * 0.6 * linexp(u + 37, 9)
    beta = tadj * 0.18 * linexp(-(u + 37), 9)
    inact = tadj * 0.015 * exp((u + 60) / 40)
    recover = tadj * 0.06 * exp(-(u + 70) / 25)
    UNITSON
}

FUNCTION linexp(x (mV), y (mV)) {
    IF (fabs(x / y) < 1e-6) {
        linexp = y * (1 + x / y / 2)
    } ELSE {
        linexp = x / (1 - exp(-x / y))
    }
}
