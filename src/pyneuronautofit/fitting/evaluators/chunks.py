"""Which candidates travel together: a function of the population, not of who evaluates it."""

from __future__ import annotations

import itertools

#: Lanes of cells with steps of their own are full from so many candidates on
#: (benchmarks/workers.py).
LEAST_IN_LANES = 48
#: Of generated code, and of NEURON, which takes longer, there are so many chunks: each costs the head
#: some milliseconds.
MOST_OF_LANES, MOST_OF_NEURON = 1024, 16_384


def chunks_of(n_cand: int, *, generated: bool) -> tuple[range, ...]:
    """Return the rows of each chunk, in order.

    Parameters
    ----------
    n_cand
        How many candidates there are.
    generated
        Whether generated code simulates, in lanes; else NEURON does, one after the other, each
        for so long that sending it takes no time.
    """
    least, most = (LEAST_IN_LANES, MOST_OF_LANES) if generated else (1, MOST_OF_NEURON)
    n_chunk = min(max(n_cand // least, 1), most, n_cand)
    ends = [n_cand * number // n_chunk for number in range(n_chunk + 1)] if n_chunk else []
    return tuple(range(first, last) for first, last in itertools.pairwise(ends))
