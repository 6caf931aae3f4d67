TITLE Conductance that is a table of voltage and calcium

NEURON {
    SUFFIX r_table
    NONSPECIFIC_CURRENT i
}

ASSIGNED { v i }

FUNCTION_TABLE open(v (mV), c (mM))

BREAKPOINT { i = 1e-4 * open(v, 1e-4) * (v + 60) }
