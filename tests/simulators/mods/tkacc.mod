TITLE Potassium that accumulates in the space around the cell

COMMENT
The space is a sheath of the given thickness. It exchanges potassium with a bath of constant
concentration. (After Frankenhaeuser and Hodgkin 1956.)
ENDCOMMENT

NEURON {
    THREADSAFE
    SUFFIX tkacc
    USEION k READ ik, ko WRITE ko
    RANGE kbath, fhspace, txfer
}

UNITS {
    (mV) = (millivolt)
    (mA) = (milliamp)
    FARADAY = (faraday) (coulombs)
    (molar) = (1/liter)
    (mM) = (millimolar)
}

PARAMETER {
    kbath = 3.5 (mM)
    fhspace = 300 (angstrom)
    txfer = 60 (ms)
}

ASSIGNED { ik (mA/cm2) }

STATE { ko (mM) }

INITIAL { ko = kbath }

BREAKPOINT { SOLVE state METHOD derivimplicit }

DERIVATIVE state {
    ko' = (1e8)*ik/(fhspace*FARADAY) + (kbath - ko)/txfer
}
