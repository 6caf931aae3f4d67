"""What is asked of a run: with simulations that are less rough than those of its search."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

from certainty.algebra import inquiry_into
from pyneuronautofit.certainty import ResidualScale, of_run
from pyneuronautofit.certainty.of_run import scale_from
from pyneuronautofit.errors import UsageError


def test_scales_by_word():
    assert scale_from("misfit", None) is None
    assert callable(scale_from("noise", None))
    assert scale_from("0.25", None) == scale_from(0.25, None) == ResidualScale(0.25, "given")
    for wrong in ("0", "-1", "nan", "inf", "much", ""):
        with pytest.raises(UsageError, match=r"--scale .*: expected misfit"):
            scale_from(wrong, None)


@pytest.mark.parametrize("n_failing", [0, 1, 2, 3])
def test_where_models_need_too_many_steps_steps_are_longer(monkeypatch, n_failing):
    """The run's own tolerance is taken in any case."""
    import contextlib
    from dataclasses import dataclass

    from pyneuronautofit.simulators import RunStatus

    @dataclass(frozen=True)
    class Config:
        tolerance_mV: float | None = None
        precision: str = "single"
        n_worker: int | None = 2

        @property
        def adaptive(self):
            return SimpleNamespace(tolerance_mV=0.003)

    tried = []

    def open_fit(config, _directory):
        tried.append(config)
        failing = len(tried) <= n_failing
        status = RunStatus.TOO_MANY_STEPS if failing else RunStatus.OK
        problem = SimpleNamespace(
            opened=contextlib.nullcontext,
            evaluate=lambda _x: SimpleNamespace(status=(status,)),
        )
        return SimpleNamespace(problem=problem)

    monkeypatch.setattr(of_run, "known_config", lambda _run, _given: Config())
    monkeypatch.setattr(of_run, "open_fit", open_fit)
    monkeypatch.setattr(of_run, "working_directory_of", lambda _run: None)
    monkeypatch.setattr(of_run, "check_files", lambda _run, _opened: None)
    run = SimpleNamespace(
        evaluations=lambda _rows: SimpleNamespace(
            coordinates=np.zeros((1, 2)), scores=np.ones((1, 2))
        )
    )
    with of_run.opened_exactly(run, rows=[0], n_worker=1) as problem:
        assert problem is not None
    expected = [3e-5, 3e-4, 3e-3][: min(n_failing, 2) + 1]
    assert [each.tolerance_mV for each in tried] == pytest.approx(expected)
    assert {(each.precision, each.n_worker) for each in tried} == {("double", 1)}


def test_a_model_that_is_worse_with_finer_steps_is_fitted_again_first(caplog):
    """Its residuals are 0 at 0.5; here it stands at 0.4 in the store of a search."""
    inquiry = inquiry_into(lambda u: np.array([10 * (u[0] - 0.5), 0.3]), 1, 2)
    x = np.array([[0.4], [0.5]])
    stored = SimpleNamespace(coordinates=x, scores=np.array([[0.1], [0.1]]))
    now = SimpleNamespace(scores=np.array([[1.0], [0.1]]))
    run = SimpleNamespace(evaluations=lambda _rows: stored)
    problem = SimpleNamespace(evaluate=lambda _x: now, weights=np.ones(1))
    found = of_run._as_good_as_before(run, problem, inquiry, [7, 8])
    assert np.allclose(found, 0.5, atol=1e-2)
    assert found[1] == 0.5
    assert x[0] == 0.4
    assert "evaluation 7: its weighted sum was 0.1 in the search, and is 1 with" in caplog.text
    assert "evaluation 8" not in caplog.text
