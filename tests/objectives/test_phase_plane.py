"""The bins of (v, dv/dt), which are filled without dividing."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from objectives._made import SEEDED
from pyneuronautofit.objectives.phase_plane import bin_ends, phase_histogram

STEPS = [0.05, 0.1, 0.3, 1 / 7, 2.0]


def _bins(values, edges):
    """The bin of each value by its definition, and len(edges) - 1 for those outside."""
    found = np.searchsorted(edges, values, side="right") - 1
    found[values == edges[-1]] = len(edges) - 2
    return np.where((values >= edges[0]) & (values <= edges[-1]), found, len(edges) - 1)


@SEEDED
@given(
    st.integers(0, 2**32 - 1),
    st.sampled_from([2, 64, 65, 66, 300]),
    st.integers(1, 30),
    st.sampled_from(STEPS),
    st.sampled_from([0.1, 5.0, 60.0]),
)
def test_every_point_is_in_the_bin_of_its_mean_and_its_slope(seed, n_sample, n_bin, step, spread):
    """Of steps as a converter makes them, so that many points are just at edges."""
    generator = np.random.default_rng(seed)
    voltage = np.round(generator.normal(-60.0, spread, n_sample) * 4) / 4 + 0.1
    voltage[: n_sample // 2] = voltage[0]
    v, slope = (voltage[1:] + voltage[:-1]) / 2, np.diff(voltage) / step
    drawn = generator.integers(0, len(v), 4)
    edges = [
        np.linspace(*np.sort(part[drawn])[[0, -1]] + [0.0, 0.0 if np.ptp(part[drawn]) else 1.0],
        n_bin + 1) for part in (v, slope)
    ]  # fmt: skip
    wanted = np.zeros((n_bin + 1, n_bin + 1))
    np.add.at(wanted, (_bins(v, edges[0]), _bins(slope, edges[1])), 1)
    found = phase_histogram(voltage, step, *edges)
    np.testing.assert_array_equal(found, wanted[:-1, :-1])


@SEEDED
@given(
    st.lists(st.floats(-1e4, 1e4), min_size=2, max_size=9), st.sampled_from([*STEPS, 0.01, 20.0])
)
def test_ends_are_the_least_values_that_reach_an_edge(edges, divisor):
    edges = np.sort(edges)
    ends = bin_ends(edges, divisor)
    assert (ends[0], ends[-1]) == (-np.inf, np.inf)
    within, below = ends[1:-1] / divisor, np.nextafter(ends[1:-1], -np.inf) / divisor
    assert (within[:-1] >= edges[:-1]).all()
    assert (below[:-1] < edges[:-1]).all()
    # The last bin holds its upper edge, and nothing beyond.
    assert within[-1] > edges[-1] >= below[-1]


def test_points_at_an_edge_are_in_the_bin_that_begins_there():
    """The first point apart, all have a slope of just 1, or a mean of just 1."""
    wide, narrow = np.array([-1e3, 1e3]), np.arange(3.0)
    ramp = np.concatenate([[0.0], np.arange(200.0)])
    assert phase_histogram(ramp, 1.0, wide, narrow).tolist() == [[1, 199]]
    level = np.concatenate([[0.0], np.ones(200)])
    assert phase_histogram(level, 1.0, narrow, wide).tolist() == [[1], [199]]


@pytest.mark.parametrize("n_sample", [0, 1])
def test_without_two_neighbours_there_is_no_point(n_sample):
    assert not phase_histogram(np.zeros(n_sample), 0.1, np.arange(3.0), np.arange(4.0)).any()
