TITLE Persistent sodium current whose activation is a series

COMMENT
Several populations of channels with shifted half-activations: their mean is a sum of eight terms.
The time constant comes from a short power series. Written to have loops, a function that calls a
function, a constant, a DEFINE and a LOCAL that hides another variable.
ENDCOMMENT

NEURON {
    THREADSAFE
    SUFFIX tloop
    USEION na READ ena WRITE ina
    RANGE gbar, spread, minf, mtau
}

DEFINE NTERM 8

UNITS {
    (mA) = (milliamp)
    (mV) = (millivolt)
    (S) = (siemens)
}

CONSTANT {
    half = -55 (mV)
    steep = 4.5 (mV)
}

PARAMETER {
    gbar = 5e-5 (S/cm2)
    spread = 1.5 (mV)
}

ASSIGNED {
    v (mV)
    celsius (degC)
    ena (mV)
    ina (mA/cm2)
    minf
    mtau (ms)
    weight[NTERM]
    k
    q
}

STATE { m }

INITIAL {
    LOCAL total

    total = 0
    FROM i = 0 TO NTERM - 1 {
        weight[i] = 1 / (1 + (i - 3.5)^2)
        total = total + weight[i]
    }
    FROM i = 0 TO NTERM - 1 {
        weight[i] = weight[i] / total
    }
    q = 2.2^((celsius - 22) / 10)
    rates(v)
    m = minf
}

BREAKPOINT {
    SOLVE states METHOD cnexp
    ina = gbar * m * (v - ena)
}

DERIVATIVE states {
    rates(v)
    m' = (minf - m) / mtau
}

PROCEDURE rates(v (mV)) {
    LOCAL q, x, sum, term

    minf = 0
    FROM i = 0 TO NTERM - 1 {
        minf = minf + weight[i] * gate(v, half + spread * (i - 3.5))
    }

    : this q is the local one
    q = (v + 60) / 60
    sum = 1
    term = 1
    k = 1
    WHILE (k <= 8) {
        term = -term * q * q / k
        sum = sum + term
        k = k + 1
    }
    x = temperature()
    IF (fabs(q) > 1.5) {
        mtau = 2 / x
    } ELSE {
        mtau = (2 + 6 * fabs(sum)) / x
    }
}

FUNCTION gate(v (mV), middle (mV)) {
    gate = 1 / (1 + exp(-arg(v, middle)))
}

FUNCTION arg(v (mV), middle (mV)) {
    arg = (v - middle) / steep
}

FUNCTION temperature() {
    temperature = q
}
