"""Nothing crashes, warns or is undefined: windows at the ends, odd traces, failed candidates."""

import importlib
import tracemalloc

import numpy as np
import pytest

from objectives._made import recording
from pyneuronautofit.objectives import OBJECTIVES, EvaluationSettings, Mask, bind_suite
from pyneuronautofit.objectives import suite as suite_module
from pyneuronautofit.recordings import StimulusWindow

MODES = sorted(OBJECTIVES)
N_SWEEP, N_SAMPLE = 3, 300
WINDOW = StimulusWindow(100, 199)

VOLTAGE = np.random.default_rng(3).normal(-60.0, 3.0, (N_SWEEP, N_SAMPLE))
VOLTAGE[1, 120:124] += 90.0
VOLTAGE[2, [5, 130, 131, 180, 299]] += 90.0
SILENT = np.random.default_rng(4).normal(-60.0, 3.0, (N_SWEEP, N_SAMPLE))

ODD_TRACES = {
    "constant": np.full_like(VOLTAGE, -70.1),
    "constant above the threshold": np.full_like(VOLTAGE, 20.3),
    "zero": np.zeros_like(VOLTAGE),
    "a spike every other sample": np.where(np.arange(N_SAMPLE) % 2, 30.0, -60.0) + 0 * VOLTAGE,
    "the threshold itself": np.full_like(VOLTAGE, 0.0),
    "far away": VOLTAGE * 1e6,
    "silent": SILENT,
    "as it should be": VOLTAGE,
}


def _suite(modes, voltage=VOLTAGE, window=WINDOW, **settings):
    defaults = {"before_spike": 7, "after_spike": 14, "smoothing_kernel_ms": 3.0}
    given = EvaluationSettings(modes=modes, **(defaults | settings))
    return bind_suite(recording(voltage), window, given)


@pytest.mark.parametrize("collapse", [False, True])
@pytest.mark.parametrize("name", ODD_TRACES)
@pytest.mark.parametrize("code", MODES)
def test_odd_traces_have_finite_scores(code, name, collapse):
    """As a model, as a recording, and both."""
    odd = ODD_TRACES[name]
    for voltage, model in [(VOLTAGE, odd), (odd, VOLTAGE), (odd, odd)]:
        scores = _suite(code, voltage, collapse=collapse).score(model[None])
        assert np.isfinite(scores).all()
        assert (scores >= 0).all()
    assert not scores.any(), "equal traces score 0"


WINDOWS = [(0, 299), (0, 0), (0, 1), (299, 299), (298, 299), (150, 150), (250, 500), (400, 500)]


@pytest.mark.parametrize("collapse", [False, True])
@pytest.mark.parametrize("window", WINDOWS, ids=str)
@pytest.mark.parametrize("code", MODES)
def test_windows_at_the_ends_and_beyond(code, window, collapse):
    bound = _suite(code, window=StimulusWindow(*window), collapse=collapse)
    scores = bound.score(np.stack([VOLTAGE, SILENT]))
    assert np.isfinite(scores).all()
    assert not scores[0].any()


@pytest.mark.parametrize("code", ["R", "C", "D", "M", "L"])
def test_a_part_without_a_sample_is_no_difference(code):
    window = StimulusWindow(0, 0) if code in "RCM" else StimulusWindow(400, 500)
    assert not _suite(code, window=window).score(SILENT[None]).any()


def test_subthreshold_voltage_without_a_sample_left_is_no_difference():
    for collapse in (False, True):
        bound = _suite("U", before_spike=300, after_spike=300, collapse=collapse)
        scores = bound.score(SILENT[None] + 80.0)
        assert scores.tolist() == ([[0.0]] if collapse else [[0.0, 0.0, 0.0]])


@pytest.mark.parametrize("n_sample", [1, 2, 100, 101, 150, 299])
@pytest.mark.parametrize("code", MODES)
def test_shorter_traces(code, n_sample):
    for collapse in (False, True):
        bound = _suite(code, collapse=collapse)
        assert np.isfinite(bound.score(np.stack([VOLTAGE, SILENT])[:, :, :n_sample])).all()


@pytest.mark.parametrize("code", sorted("CDUVXZ"))
def test_samples_are_compared_where_both_traces_have_them(code):
    bound = _suite(code)
    assert not bound.score(VOLTAGE[None, :, :150]).any()
    shorter = _suite(code, VOLTAGE[:, :150]).score(SILENT[None, :, :150])
    if code != "Z":  # whose weights depend on the length of the recording
        np.testing.assert_allclose(bound.score(SILENT[None, :, :150]), shorter, rtol=1e-12)


@pytest.mark.parametrize("code", MODES)
def test_samples_beyond_the_recording_are_not_looked_at(code):
    bound = _suite(code)
    longer = np.concatenate([SILENT, np.full((N_SWEEP, 50), 40.0)], axis=1)
    np.testing.assert_array_equal(bound.score(longer[None]), bound.score(SILENT[None]))


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("place", [(0, 0), (2, 150), (1, 299)], ids=str)
@pytest.mark.parametrize("code", MODES)
def test_a_single_bad_sample_fails_the_candidate_in_the_mode(code, place, bad):
    models = np.stack([SILENT, SILENT, VOLTAGE])
    models[1][place] = bad
    for collapse in (False, True):
        bound = _suite(code, collapse=collapse)
        scores = bound.score(models)
        assert np.isnan(scores[1]).all()
        np.testing.assert_array_equal(scores[[0, 2]], bound.score(models[[0, 2]]))
        assert np.isfinite(scores[[0, 2]]).all()


@pytest.mark.parametrize("value", [-70.1, 1 / 3, 1e-3, 40.7, -0.0, 1e5])
@pytest.mark.parametrize("n", [1, 7, 8, 100, 12_345])
def test_a_constant_has_no_variance_and_so_neither_skewness_nor_kurtosis(value, n):
    """Exactly 0: the mean of equal numbers must not be rounded to another one."""
    window = StimulusWindow(n, 2 * n)
    bound = _suite("MLR", np.zeros((2, 3 * n)), window)
    scores = bound.score(np.full((1, 2, 3 * n), value))[0]
    level = abs(value)
    assert scores.tolist() == [level, 0, 0, 0] * 4 + [level, 0]


def test_variance_too_small_for_its_powers():
    model = np.zeros((N_SWEEP, N_SAMPLE))
    model[:, ::2] = 1e-90
    assert np.isfinite(_suite("LM").score(model[None])).all()


@pytest.mark.parametrize("code", MODES)
def test_chunks_layouts_and_types_of_traces_change_nothing(code, monkeypatch):
    models = np.stack([VOLTAGE, SILENT, VOLTAGE[::-1], SILENT + 30, SILENT - 3])
    bound = _suite(code)
    wanted = bound.score(models)
    read_only = models.copy()
    read_only.flags.writeable = False
    for same in (np.asfortranarray(models), np.repeat(models, 2, axis=2)[:, :, ::2], read_only):
        np.testing.assert_array_equal(bound.score(same), wanted)
    monkeypatch.setattr(suite_module, "_CHUNK_SAMPLES", 2 * N_SWEEP * N_SAMPLE)
    np.testing.assert_array_equal(bound.score(models), wanted)
    single = bound.score(models.astype(np.float32))
    np.testing.assert_array_equal(single, bound.score(models.astype(np.float32).astype(float)))


@pytest.mark.parametrize("code", MODES)
def test_a_mask_gives_what_the_selected_sweeps_alone_give(code):
    both = code + ("V" if code == "O" else "O")
    mask = Mask(by_mode={code: [0, 2]})
    masked = bind_suite(recording(VOLTAGE), WINDOW, EvaluationSettings(both, mask))
    alone = bind_suite(recording(VOLTAGE[[0, 2]]), WINDOW, EvaluationSettings(code))
    found = masked.score(np.stack([SILENT, VOLTAGE]))
    np.testing.assert_array_equal(
        found[:, : len(alone.markers)], alone.score(np.stack([SILENT, VOLTAGE])[:, [0, 2]])
    )


@pytest.mark.parametrize("collapse", [False, True])
@pytest.mark.parametrize("mask", [{}, {code: [0, 2] for code in MODES[::2]}], ids=["", "mask"])
def test_what_modes_share_changes_none_of_them(mask, collapse):
    models = np.stack([SILENT, VOLTAGE[::-1], VOLTAGE])
    models[0, 1, 7] = np.nan
    parts = []
    for order in (MODES, MODES[::-1]):
        together = _suite("".join(order), mask=Mask(by_mode=mask), collapse=collapse)
        scores, marks = together.score(models), np.array(together.markers)
        parts.append({code: scores[:, marks == code] for code in MODES})
    for code in MODES:
        rule = {code: mask[code]} if code in mask else {}
        alone = _suite(code, mask=Mask(by_mode=rule), collapse=collapse)
        rows = [together.sweeps.index(sweep) for sweep in alone.sweeps]
        for part in parts:
            np.testing.assert_array_equal(part[code], alone.score(models[:, rows]))


def test_spikes_and_squares_are_looked_for_once(monkeypatch):
    kernels = "pyneuronautofit.objectives._kernels."
    called = []
    for where, name in (("spikes", "find_spikes"), ("distances", "sum_of_squares")):
        module = importlib.import_module(kernels + where)
        found = getattr(module, name)
        monkeypatch.setattr(
            module, name, lambda *args, name=name, found=found: called.append(name) or found(*args)
        )
    bound = _suite("".join(MODES))
    called.clear()
    bound.score(np.stack([VOLTAGE, SILENT]))
    # Squares: before the stimulus, within it, and after it.
    assert sorted(called) == ["find_spikes", *["sum_of_squares"] * 3]


@pytest.mark.parametrize("code", ["T", "S", "W"])
def test_more_spikes_asked_for_than_there_are(code):
    bound = _suite(code, spike_count=50)
    assert len(bound.markers) == 50 * N_SWEEP
    assert not bound.score(VOLTAGE[None]).any()
    assert np.isfinite(bound.score(SILENT[None])).all()


def test_memory_is_bounded_by_the_chunk_not_by_the_batch():
    voltage = np.zeros((N_SWEEP, 40_000))
    models = np.zeros((40, *voltage.shape))  # 38 MB
    masked = {code: [0, 2] for code in MODES[::2]}
    bound = bind_suite(
        recording(voltage), WINDOW, EvaluationSettings("".join(MODES), Mask(by_mode=masked))
    )
    bound.score(models[:1])  # compiles, outside what is measured
    tracemalloc.start()
    bound.score(models)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < models.nbytes / 3
