TITLE Gate whose steady state is a table that the user fills

NEURON {
    SUFFIX r_table
    NONSPECIFIC_CURRENT i
}

ASSIGNED { v i }

BREAKPOINT { i = 1e-4 * open(v) * (v + 60) }

FUNCTION_TABLE open(v (mV))
