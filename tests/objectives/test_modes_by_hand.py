"""Examples of every mode that can be worked out on paper; the stimulus is samples 2 to 5."""

import numpy as np
import pytest

from objectives._made import recording, traces
from pyneuronautofit.objectives import ALL_MODES, EvaluationSettings, bind_suite
from pyneuronautofit.recordings import StimulusWindow

STEP = 0.5  # ms; 10 samples are 5 ms, so what is missing is at 6 ms
REST = [-1.0] * 10
ONE = [-1, -1, -1, 8, 6, -1, -1, -1, -1, -1]  # u = 3, d = 4
THREE = [5, -1, 5, 5, 5, -1, -1, -1, 9, -1]  # u = 0, 2, 8; only the second is in the stimulus
PHASE = [0, 8, 8, 8, 4, 4, 4, 4, 4, 4]
FROM_9 = [9, *REST[1:]]
STEPPED = [0, 0, 4, 8, 12, 3, 3, 1, 1, 3]


def _suite(voltage, modes, **settings):
    defaults = {"before_spike": 1, "after_spike": 2, "spike_count": 2}
    window = StimulusWindow(2, 5)
    given = EvaluationSettings(modes=modes, **(defaults | settings))
    return bind_suite(recording(voltage, STEP), window, given)


def _score(voltage, model, modes, **settings):
    return _suite(voltage, modes, **settings).score(traces(model))[0].tolist()


BY_HAND = [
    # spikes
    ("O", [ONE], [THREE], {}, [2]),
    ("O", [ONE, REST], [THREE, THREE], {"collapse": True}, [5]),
    ("N", [ONE], [THREE], {}, [2, 0, 1]),  # after: 5 <= u <= 8
    ("N", [ONE], [REST], {}, [1, 1, 0]),
    ("N", [ONE, ONE], [THREE, REST], {"collapse": True}, [5]),
    ("F", [ONE], [REST], {}, [500]),  # one spike in 4 samples, 2 ms
    ("F", [ONE, REST], [REST, ONE], {"collapse": True}, [1000]),
    ("T", [ONE], [THREE], {}, [1.5, 5]),  # 1.5 and nothing against 0 and 1 ms
    ("T", [ONE], [REST], {}, [4.5, 0]),
    ("T", [ONE], [THREE], {"spike_count": 1}, [1.5]),
    ("T", [ONE, ONE], [THREE, REST], {"collapse": True}, [11]),
    ("W", [ONE], [THREE], {}, [0.5, 0]),  # half a ms against one
    ("W", [ONE], [REST], {}, [5.5, 0]),
    ("W", [ONE, ONE], [THREE, REST], {"collapse": True}, [1.5]),
    # shapes: samples u - 1 to u + 1
    ("S", [ONE], [THREE], {}, [0 + 3 + 1, 0]),
    ("S", [ONE], [REST], {}, [1001 + 992 + 994, 0]),
    ("S", [ONE, ONE], [THREE, ONE], {"collapse": True}, [4]),
    ("A", [ONE], [THREE], {}, [4 / 3]),
    ("A", [ONE, ONE], [THREE, REST], {"collapse": True}, [4 / 3 + 2987 / 3]),
    # statistics: rest is samples 0 and 1, stimulus 2 to 4, late 5 to 9
    ("R", [STEPPED], [[3, 5, *STEPPED[2:]]], {}, [4, 1]),
    ("R", [STEPPED, STEPPED], [[2] * 10, [-2] * 10], {}, [0, 2]),  # joined, not one by one
    ("R", [STEPPED], [[3, 5, *STEPPED[2:]]], {"collapse": True}, [5]),
    ("M", [STEPPED], [REST], {}, [9, (32 / 3) ** 0.5, 0, 1.5]),
    ("M", [STEPPED, REST], [REST, REST], {"collapse": True}, [9 + (32 / 3) ** 0.5 + 1.5]),
    ("L", [REST], [[0, 0, 0, 0, 0, 0, 0, 0, 0, 5]], {}, [2, 2, 1.5, 3.25]),
    ("L", [REST], [[0, 0, 0, 0, 0, 0, 0, 0, 0, 5]], {"collapse": True}, [8.75]),
    # voltages
    ("C", [STEPPED], [[9, 9, 1, 8, 8, 9, 9, 9, 9, 9]], {}, [5 / 3]),
    ("D", [STEPPED], [[9, 9, 9, 9, 9, 6, 3, 1, 5, 3]], {}, [1]),
    ("V", [STEPPED], [[0, 0, 4, 8, 12, 6, 3, 1, 5, 3]], {}, [2.5]),
    ("V", [REST, REST], [FROM_9, REST], {"collapse": True}, [5]),
    ("X", [REST], [FROM_9], {"smoothing_kernel_ms": 1.5}, [(25 + 100 / 9) / 10]),
    ("X", [REST], [FROM_9], {"smoothing_kernel_ms": 0.1}, [10]),  # a single sample
    ("X", [REST, REST], [FROM_9, REST], {"smoothing_kernel_ms": 100, "collapse": True}, [0.5]),
    ("X", [REST, REST], [FROM_9, REST], {"smoothing_kernel_ms": 1e300, "collapse": True}, [0.5]),
    # kept are samples 0 and 7 to 9: left out are 2 to 4, and of the model 1 to 3 and 4 to 6
    ("U", [ONE], [[-1, -1, 9, -1, -1, 9, -1, -3, -1, -1]], {}, [2 / 4]),
    ("Z", [ONE], [[-1, -1, -1, 3, 6, -1, 1, -1, -1, -1]], {"spike_zoom": 11}, [57 / 20]),
    ("Z", [ONE], [[-1, -1, -1, 3, 6, -1, 1, -1, -1, -1]], {}, [52 / 19]),  # 10 samples, 1 spike
    ("Z", [ONE], [[-1, -1, -1, 3, 6, -1, 1, -1, -1, -1]], {"spike_zoom": -2}, [102 / 29]),
    ("Z", [ONE], [[-1, -1, -1, 3, 6, -1, 1, -1, -1, -1]], {"spike_zoom": 0}, [2 / 9]),
    ("Z", [ONE, REST], [REST, REST], {"spike_zoom": 1, "collapse": True}, [1.6 / 2]),
    # phase plane: 9 points, (4, 0) 5 times, (8, 0) twice, (4, 16) and (6, -8) once
    ("P", [PHASE], [[4] * 10], {"histogram_bins": 2}, [4 * 4 / 9 + 8 / 9 + 3 * 6 / 9]),
    ("P", [PHASE], [[20] * 10], {"histogram_bins": 2}, [5 * 4 / 9 + 8 / 9 + 3 * 6 / 9]),
    ("P", [PHASE, PHASE], [[4] * 10, PHASE], {"histogram_bins": 2, "collapse": True}, [14 / 3]),
    ("P", [PHASE], [[4] * 10], {"histogram_bins": 1}, [0]),
    # in the stimulus: (8, 0) and (6, -8), of the model outside them, or (8, 0) twice
    ("Q", [PHASE], [[4] * 10], {"histogram_bins": 2}, [1]),
    ("Q", [PHASE], [[8] * 10], {"histogram_bins": 2}, [1]),
    ("Q", [PHASE] * 2, [[8] * 10, [4] * 10], {"histogram_bins": 2, "collapse": True}, [2]),
]  # fmt: skip


@pytest.mark.parametrize(
    ("modes", "voltage", "model", "settings", "wanted"),
    [pytest.param(*case, id=f"{k}-{case[0]}") for k, case in enumerate(BY_HAND)],
)
def test_by_hand(modes, voltage, model, settings, wanted):
    np.testing.assert_allclose(
        _score(voltage, model, modes, **settings), wanted, rtol=1e-12, atol=1e-12
    )


def test_every_mode_is_here_and_collapsed():
    assert {case[0] for case in BY_HAND} == set(ALL_MODES)
    collapsed = {case[0] for case in BY_HAND if case[3].get("collapse")}
    assert collapsed | {"U", "C", "D"} == set(ALL_MODES)


@pytest.mark.parametrize(
    ("modes", "squares", "numbers"),
    [("C", [4, 9], [3, 3]), ("D", [5, 8], [5, 5]), ("U", [1 + 4, 4 + 9 + 8], [7, 10])],
)
def test_voltages_of_a_part_collapse_weighted_by_their_samples(modes, squares, numbers):
    """sqrt(sum(s n) / sum(n)), s the sum of squares and n the samples of a sweep."""
    voltage = [ONE, REST]
    model = np.array(voltage, dtype=float)
    model[0, [2, 6, 7]] -= [2, 1, 2]
    model[1, [4, 1, 8]] -= [3, 2, 8**0.5]
    expected = (np.dot(squares, numbers) / np.sum(numbers)) ** 0.5
    assert _score(voltage, model, modes, collapse=True) == pytest.approx([expected], rel=1e-12)
    each = np.sqrt(squares) / numbers
    assert _score(voltage, model, modes) == pytest.approx(each.tolist(), rel=1e-12)
