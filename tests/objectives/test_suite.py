import numpy as np
import pytest

from objectives._made import suite, traces
from pyneuronautofit.errors import MaskError, UsageError
from pyneuronautofit.objectives import ALL_MODES, Mask, read_mask

# Sweep k has k spikes; against a voltage of k everywhere it is easily told which sweep is meant.
SWEEPS = np.array([[-3, -3, -3, -3], [1, -3, -3, -3], [2, -3, 2, -3], [3, -3, 3, 3]], dtype=float)
LEVELS = np.array([[0.0, 0.0], [1.0, 1.0], [2.0, 2.0], [3.0, 3.0]])


def _mask(text):
    return read_mask(text, "".join(ALL_MODES))


@pytest.mark.parametrize(("modes", "markers"), [("OV", "OOOOVVVV"), ("VO", "VVVVOOOO")])
def test_the_vector_has_the_modes_in_the_order_of_the_flag(modes, markers):
    bound = suite(SWEEPS, modes)
    assert "".join(bound.markers) == markers
    scores = bound.score(np.stack([SWEEPS, SWEEPS[::-1]]))
    parts = {code: suite(SWEEPS, code).score(SWEEPS[None, ::-1])[0] for code in "OV"}
    np.testing.assert_array_equal(scores[1], np.concatenate([parts[code] for code in modes]))
    assert parts["O"].tolist() == [2, 1, 1, 2]


def test_a_mode_given_twice_counts_twice():
    bound = suite(SWEEPS, "OVO")
    assert "".join(bound.markers) == "OOOOVVVVOOOO"
    scores = bound.score(SWEEPS[None, ::-1])[0]
    np.testing.assert_array_equal(scores[:4], scores[8:])
    sums = bound.mode_sums(scores[None])
    assert {code: values.tolist() for code, values in sums.items()} == {
        "O": [12.0],
        "V": [scores[4:8].sum()],
    }


def test_collapsed_there_is_one_number_per_mode():
    bound = suite(SWEEPS, "OV", collapse=True)
    assert bound.markers == ("O", "V")
    plain = suite(SWEEPS, "OV").score(SWEEPS[None, ::-1])[0]
    expected = [plain[:4].sum(), plain[4:].mean()]
    np.testing.assert_allclose(bound.score(SWEEPS[None, ::-1])[0], expected)
    assert bound.bvalues.shape == (2,)


def test_only_masked_sweeps_are_wanted():
    bound = suite(LEVELS, "V", mask=_mask("[1, 3]"))
    assert bound.sweeps == (1, 3)
    assert bound.score(traces([[0, 0], [0, 0]])).tolist() == [[1, 9]]


def test_modes_with_masks_of_their_own_share_the_traces():
    bound = suite(LEVELS, "VO", mask=_mask("{'V': [3, 1], 'O': (2, 3)}"))
    assert bound.sweeps == (1, 2, 3)
    assert [(member.code, member.sweeps, member.rows) for member in bound.members] == [
        ("V", (1, 3), (0, 2)),
        ("O", (2, 3), (1, 2)),
    ]
    assert "".join(bound.markers) == "VVOO"
    # Rows of the traces are sweeps 1, 2 and 3; the model's voltage is 10 in sweep 2 alone.
    assert bound.score(traces([[0, 0], [10, 10], [-1, -1]])).tolist() == [[1, 16, 0, 1]]


def test_a_mode_that_the_mask_does_not_name_sees_every_sweep():
    bound = suite(LEVELS, "VO", mask=_mask("{'V': 1}"))
    assert bound.sweeps == (0, 1, 2, 3)
    assert "".join(bound.markers) == "VVOOOO"


def test_bvalues_are_the_recording_against_nothing():
    bound = suite(LEVELS, "VO", mask=_mask("[1, 3]"))
    assert bound.bvalues.tolist() == [1, 9, 1, 1]
    assert len(bound.bvalues) == len(bound.markers)


def test_mode_sums():
    sums = suite(LEVELS, "VO").mode_sums(np.array([[1, 2, 3, 4, 10, 20, 30, 40.0]]))
    assert {code: values.tolist() for code, values in sums.items()} == {"V": [10], "O": [100]}


def test_a_failed_candidate_has_nan_wherever_it_failed():
    scores = suite(LEVELS, "OV").score(np.stack([LEVELS, np.full_like(LEVELS, np.nan)]))
    assert scores[0].tolist() == [0.0] * 8
    assert np.isnan(scores[1]).all()


def test_an_empty_mode_string():
    with pytest.raises(UsageError, match="-m is empty: expected mode letters, one or more of O, N"):
        suite(LEVELS, "")


@pytest.mark.parametrize("letter", ["Y", "o", " ", "-"])
def test_a_letter_that_is_no_mode(letter):
    message = rf"-m O{letter}: .{letter}. is no evaluation mode; the modes are "
    with pytest.raises(UsageError, match=message) as caught:
        suite(LEVELS, f"O{letter}")
    assert ", ".join(ALL_MODES) in str(caught.value)


def test_a_mask_that_does_not_fit_the_recording():
    with pytest.raises(MaskError, match="sweep 4 for mode V, but the recording has 4 sweeps"):
        suite(LEVELS, "V", mask=Mask(rule=4))
