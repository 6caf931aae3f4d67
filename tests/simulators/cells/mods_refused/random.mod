TITLE Leak with noise

NEURON {
    SUFFIX r_random
    NONSPECIFIC_CURRENT i
    RANDOM noise
}

ASSIGNED { v i }

BREAKPOINT { i = 1e-4 * (v + 60) + 1e-5 * random_normal(noise) }
