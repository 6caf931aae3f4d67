"""From a run to a file: whether models are simulated again, and what is said if they cannot be."""

from __future__ import annotations

import contextlib
from types import SimpleNamespace

import numpy as np
import pytest

from pyneuronautofit.errors import NotAgreedError, OutputError, RecordingError
from pyneuronautofit.report import build as module
from pyneuronautofit.report import write_report
from pyneuronautofit.runs import open_run
from report._content import GENERATIONS, NAN, answered
from report._made import make_run


class Opened:
    """A problem whose simulator notes that it was given back."""

    def __init__(self):
        self.asked, self.is_closed = [], False
        self.problem = SimpleNamespace(opened=lambda: contextlib.closing(self))

    def close(self):
        self.is_closed = True

    def answers(self, opened, parameters, places):
        assert opened is self
        assert not self.is_closed
        self.asked.append((np.array(parameters), places))
        return answered(models=places, failed=())


@pytest.fixture
def opened(monkeypatch):
    made = Opened()
    monkeypatch.setattr(module, "open_again", lambda _run, _project: made)
    monkeypatch.setattr(module, "answers", made.answers)
    return made


def written(tmp_path, generations=GENERATIONS, **how):
    """The page of a run, and what was said on the way."""
    steps, path = [], tmp_path / "page.html"
    with open_run(make_run(tmp_path / "mine.sqlite", generations)) as run:
        write_report(path, run, on_step=steps.append, **how)
    return path.read_text(encoding="utf-8"), steps


def test_the_models_worth_it_are_simulated_again(tmp_path, opened):
    page, steps = written(tmp_path)
    assert steps == ["reading all evaluations", "simulating 3 models", "writing the page"]
    ((parameters, places),) = opened.asked
    assert places == (0, 1, 2)
    with open_run(tmp_path / "mine.sqlite") as run:
        # The better compromise, (4, 4), the best sum, (2, 9) by O + V/100, then (6, 6).
        np.testing.assert_array_equal(parameters, run.evaluations([2, 0, 4]).parameters)
    assert opened.is_closed
    assert "models, simulated again for this page (by hand)" in page


def test_traces_may_be_left_out(tmp_path, opened):
    page, steps = written(tmp_path, traces=False)
    assert steps == ["reading all evaluations", "writing the page"]
    assert opened.asked == []
    assert "Traces were left out (--no-traces)." in page


@pytest.mark.parametrize("generations", [[], [[[NAN] * 3] * 2]])
def test_where_there_are_no_models_nobody_is_asked(tmp_path, opened, generations):
    page, steps = written(tmp_path, generations)
    assert steps == ["reading all evaluations", "writing the page"]
    assert ("There are no models to simulate." in page) == bool(generations)


def test_where_they_cannot_be_simulated_the_page_says_why(tmp_path, monkeypatch):
    def gone(_run, _project):
        raise RecordingError("<the recording> is gone")

    monkeypatch.setattr(module, "open_again", gone)
    page, _steps = written(tmp_path)
    said = "The models could not be simulated again, so there are no traces: "
    assert f"{said}&lt;the recording&gt; is gone</p>" in page


def test_where_the_user_has_to_agree_there_is_no_page(tmp_path, monkeypatch):
    asked = []

    def refuse(_run, project):
        asked.append(project)
        raise NotAgreedError("somebody else's file")

    monkeypatch.setattr(module, "open_again", refuse)
    with pytest.raises(NotAgreedError):
        written(tmp_path, project="theirs.py")
    assert asked == ["theirs.py"]
    assert not (tmp_path / "page.html").exists()


def test_a_page_that_cannot_be_written(tmp_path, opened):
    with (
        open_run(make_run(tmp_path / "mine.sqlite", GENERATIONS)) as run,
        pytest.raises(OutputError, match=r"cannot write .*page\.html"),
    ):
        write_report(tmp_path / "no" / "page.html", run)
