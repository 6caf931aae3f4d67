TITLE Potassium channel of three states: closed, open, inactivated

NEURON {
    SUFFIX tk3
    USEION k READ ek WRITE ik
    RANGE gbar, ik
    GLOBAL vhalf, slope
}

UNITS {
    (mV) = (millivolt)
    (mA) = (milliamp)
    (S) = (siemens)
}

PARAMETER {
    gbar = 0.003 (S/cm2)
    vhalf = -25 (mV)
    slope = 11 (mV)
    kin = 0.02 (/ms)
    kout = 0.004 (/ms)
}

ASSIGNED {
    v (mV)
    celsius (degC)
    ek (mV)
    ik (mA/cm2)
    kf (/ms)
    kb (/ms)
    kfi (/ms)
    kbi (/ms)
}

STATE {
    c FROM 0 TO 1
    o FROM 0 TO 1
    i FROM 0 TO 1
}

INITIAL {
    rates(v)
    : everything is closed or inactivated at the start, as measured after a long rest
    o = 0
    i = 0.2
    c = 1 - o - i
}

BREAKPOINT {
    SOLVE kin3 METHOD sparse
    ik = gbar * o * (v - ek)
}

KINETIC kin3 {
    rates(v)
    ~ c <-> o (kf, kb)
    ~ o <-> i (kfi, kbi)
    CONSERVE i + c + o = 1
}

PROCEDURE rates(v (mV)) {
    LOCAL warm
    warm = 3^((celsius - 23) / 10)
    kf = warm * forward(v)
    kb = warm * backward(v)
    kfi = warm * kin
    kbi = warm * kout
}

FUNCTION forward(v (mV)) (/ms) { forward = 0.3 * exp((v - vhalf) / (2 * slope)) }

FUNCTION backward(v (mV)) (/ms) { backward = 0.3 * exp(-(v - vhalf) / (2 * slope)) }
