TITLE Hyperpolarisation-activated current, carried by sodium and potassium

COMMENT
Two gates, a fast and a slow one, of which the fast has the share `fast`. The reversal potential is
not a parameter: it follows from the two ions' shares.
ENDCOMMENT

NEURON {
    THREADSAFE
    SUFFIX tih
    USEION na READ ena WRITE ina
    USEION k READ ek WRITE ik
    RANGE gbar, share_na, fast, i
    RANGE linf, tauf, taus
}

UNITS {
    (mV) = (millivolt)
    (mA) = (milliamp)
    (S) = (siemens)
}

PARAMETER {
    gbar = 2e-4 (S/cm2)
    share_na = 0.35
    fast = 0.7
    vhalf = -82 (mV)
    k = -9 (mV)
}

CONSTANT {
    q10 = 4.5
    measured = 33
}

ASSIGNED {
    v (mV)
    celsius (degC)
    ena (mV)
    ek (mV)
    ina (mA/cm2)
    ik (mA/cm2)
    i (mA/cm2)
    linf
    tauf (ms)
    taus (ms)
}

STATE { lf ls }

INITIAL {
    rate(v)
    lf = linf
    ls = linf
}

BREAKPOINT {
    LOCAL g
    SOLVE states METHOD cnexp
    g = gbar * (fast * lf + (1 - fast) * ls)
    ina = share_na * g * (v - ena)
    ik = (1 - share_na) * g * (v - ek)
    i = ina + ik
}

DERIVATIVE states {
    rate(v)
    lf' = (linf - lf) / tauf
    ls' = (linf - ls) / taus
}

PROCEDURE rate(vm (mV)) {
    LOCAL qt
    qt = q10^((celsius - measured) / 10)
    linf = 1 / (1 + exp(-(vm - vhalf) / k))
    IF (vm > -30) {
        tauf = 8 / qt
    } ELSE {
        tauf = (20 + 60 / (exp((vm + 75) / 14) + exp(-(vm + 75) / 22))) / qt
    }
    taus = 10 * tauf
}
