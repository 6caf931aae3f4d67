TITLE Potassium's reversal potential, from the concentrations at a voltage of their own

COMMENT
A mechanism without a current sets ek for all others, with sodium's share (Goldman, Hodgkin and
Katz).
ENDCOMMENT

NEURON {
    SUFFIX tek
    USEION k READ ki, ko WRITE ek
    RANGE share, nai, nao
}

PARAMETER {
    share = 0.01
    nai = 10 (mM)
    nao = 140 (mM)
    celsius (degC)
}

ASSIGNED {
    ki (mM)
    ko (mM)
    ek (mV)
}

INITIAL {
    reversal()
}

BREAKPOINT {
    reversal()
}

PROCEDURE reversal() {
    ek = (1000) * 8.314 * (celsius + 273.15) / 96485 * log((ko + share * nao) / (ki + share * nai))
}
