"""What belongs to one run of `fit`: with a problem that is solved in microseconds."""

from __future__ import annotations

import json
import logging
import platform
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from fitting.parabolas import Parabolas, make_problem
from pyneuronautofit.errors import DatabaseError, OutputError, RunError, UsageError
from pyneuronautofit.fitting import FitOptions, OpenedFit
from pyneuronautofit.models import CellSource
from pyneuronautofit.runs import RunFiles
from pyneuronautofit.sessions import session as module
from pyneuronautofit.sessions.session import new_session, resumed_session
from pyneuronautofit.simulators import RunStatus
from runs._made import make_info, make_store

IDENTITY = {"recording": "ab", "model": {}, "versions": {"numpy": "2"}}


@pytest.fixture
def opened(monkeypatch, tmp_path):
    """Stands for everything that is read and loaded; remembers with what options, and where."""
    monkeypatch.chdir(tmp_path)
    seen = []

    def open_fit(config, directory):
        seen.append((config, directory))
        simulator = Parabolas()
        simulator.description = "parabolas"
        problem = make_problem(simulator)
        problem = type(problem)(**{**vars(problem), "version": "1.2"})
        source = CellSource(open_fit.project, None, None)
        model = SimpleNamespace(cell_source=source)
        return OpenedFit(config, problem, model, Path("/r/cell.abf"), IDENTITY)

    open_fit.seen, open_fit.project = seen, None
    monkeypatch.setattr(module, "open_fit", open_fit)
    return open_fit


def config(**changed):
    settings = {"recording": "in/cell.abf", "modes": "OV", "algorithm": "NSGA2", "seed": 3}
    return FitOptions(**{**settings, "population_size": 10, "generations": 4, **changed})


def test_a_new_run(opened, tmp_path):
    made = new_session(config(run_stamp="mine", archive_size=77), "the command")
    assert opened.seen == [(made.config, Path.cwd())]
    assert (made.command, made.stored, made.initial) == ("the command", None, None)
    # Beside the recording, where no folder is asked for.
    assert made.files == RunFiles(Path("in"), "mine")
    assert (made.budget.generations, made.budget.seed, made.budget.archive_size) == (4, 3, 77)
    assert made.n_evaluation == 5 * 10


def test_a_genetic_algorithm_has_children_only_where_there_are_no_elites(opened):
    made = new_session(config(algorithm="M", elites=3), "c")
    assert made.n_evaluation == 10 + 4 * 7


def test_results_are_where_they_are_asked_for_with_a_stamp_of_what_is_fitted(opened):
    made = new_session(config(output="out", off_log_scale=True, slurm_id="42", iteration=5), "c")
    assert made.files.folder == Path("out")
    name, version, _date, _time, digits, modes, search, iteration = made.files.stamp.split("-")
    assert (name, version, digits, modes) == ("cell", "v1.2", "0000042", "OV")
    assert (search, iteration) == ("FN", "I005")
    assert new_session(config(), "c").files.stamp.endswith("-OV-LN")


def test_a_run_of_this_stamp_is_refused_before_the_model_is_built(opened, tmp_path):
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "mine-final.json").touch()
    with pytest.raises(OutputError, match="already a run with the stamp mine"):
        new_session(config(output="out", run_stamp="mine"), "c")


def test_a_seed_is_drawn_where_none_is_given(opened):
    seeds = {new_session(config(seed=None), "c").budget.seed for _ in range(3)}
    assert len(seeds) == 3
    assert all(0 <= seed < 2**32 for seed in seeds)
    assert new_session(config(seed=0), "c").budget.seed == 0
    assert opened.seen[-1][0].seed == 0


def test_the_head_of_its_files(opened):
    header = new_session(config(temperature_degC=36.5), "the command").header
    assert header.markers == ("O", "O", "V", "V")
    assert header.parameters == [["s.a", "lin", 0.0, 10.0], ["s.b", "lin", 0.0, 10.0]]
    assert (header.version, header.target, header.command) == ("1.2", "r", "the command")
    assert header.temperature_degC == 36.5
    assert header.evaluation["mode"] == "OV"
    # Against a voltage of zero: O is the recording's spikes, V its mean square.
    t = np.linspace(0.0, 1.0, 40)
    squares = [((2 * t + 3 * t**2) ** 2).mean(), ((4 * t + 6 * t**2) ** 2).mean()]
    np.testing.assert_allclose(header.bvalues[2:], squares, rtol=1e-12)


def test_what_its_store_begins_with(opened, tmp_path):
    opened.project = Path("/p/project.py")
    made = new_session(config(off_log_scale=True), "the command")
    info = made.run_info()
    assert info.header is made.header
    assert info.identity is IDENTITY
    assert info.places == {
        "recording": "/r/cell.abf", "project": "/p/project.py", "directory": str(tmp_path),
    }  # fmt: skip
    assert info.mode_sizes == (("O", 2), ("V", 2))
    # That of the space, which was made without that option here.
    assert info.log_search is True
    assert info.statuses == {status.name: status.value for status in RunStatus}
    assert next(iter(info.statuses)) == "OK"
    assert info.settings["off_log_scale"] is True
    assert (info.settings["seed"], info.settings["generations"]) == (3, 4)
    json.dumps(info.settings)
    opened.project = None
    assert new_session(config(), "c").run_info().places["project"] is None


def test_what_the_store_says_about_this_sitting(opened):
    content = new_session(config(n_worker=2), "the command").content()
    assert content["command"] == "the command"
    assert content["generations"] == 4
    assert content["settings"]["algorithm"] == "NSGA2"
    assert content["versions"] == {"numpy": "2"}
    assert (content["simulator"], content["n_worker"]) == ("parabolas", 2)
    assert content["host"] == platform.node()


def models(path, names, values):
    rows = [[name, "lin", 0.0, 10.0] for name in names]
    records = [{"parameters": list(each)} for each in values]
    path.write_text(json.dumps({"parameters": rows, "final": records}))
    return str(path)


def test_candidates_to_begin_with(opened, tmp_path, caplog):
    caplog.set_level(logging.INFO)
    path = models(tmp_path / "a.json", ["s.b", "s.a"], [[1.0, 2.0], [3.0, 4.0]])
    made = new_session(config(initial_population=path), "c")
    assert made.initial.tolist() == [[2.0, 1.0], [4.0, 3.0]]
    assert made.run_info().initial is made.initial
    x, _asked = made.strategy.ask(made.strategy.init(1))
    assert x[:2].tolist() == [[2.0, 1.0], [4.0, 3.0]]
    assert caplog.messages == [f"initial population: 2 models of {path}"]


def test_what_they_do_not_have_is_drawn(opened, tmp_path, caplog):
    caplog.set_level(logging.INFO)
    path = models(tmp_path / "a.json", ["s.a", "s.c"], [[2.0, 1.0]])
    made = new_session(config(initial_population=path), "c")
    np.testing.assert_array_equal(made.initial, [[2.0, np.nan]])
    assert caplog.messages[1] == f"drawn at random, since {path} does not have them: s.b"


def test_what_only_some_of_them_have_is_theirs(opened, tmp_path, caplog):
    caplog.set_level(logging.INFO)
    records = [{"parameters": {"s.a": 2.0}}, {"parameters": {"s.b": 1.0, "s.a": 3.0}}]
    (tmp_path / "db.json").write_text(json.dumps({"models": records}))
    made = new_session(config(initial_population="db.json"), "c")
    np.testing.assert_array_equal(made.initial, [[2.0, np.nan], [3.0, 1.0]])
    assert len(caplog.messages) == 1


def test_models_of_another_cell_are_refused(opened, tmp_path):
    path = models(tmp_path / "a.json", ["x.y"], [[1.0]])
    text = r"-I .*a\.json: none of its parameters is searched; the searched ones are s\.a, s\.b"
    with pytest.raises(UsageError, match=text):
        new_session(config(initial_population=path), "c")


def test_of_a_file_that_was_cut_off_what_is_there_is_taken(opened, tmp_path, caplog):
    path = Path(models(tmp_path / "a.json", ["s.a", "s.b"], [[1.0, 2.0], [3.0, 4.0]]))
    text = path.read_text()
    path.write_text(text[: text.rindex("}, {") + 6])
    made = new_session(config(initial_population=str(path)), "c")
    assert made.initial.tolist() == [[1.0, 2.0]]
    assert "complete records are read" in caplog.text
    path.write_text("nothing of the kind")
    with pytest.raises(DatabaseError, match=r"a\.json is not a JSON file"):
        new_session(config(initial_population=str(path)), "c")


@pytest.mark.parametrize("name", ["before", "before.sqlite"])
def test_the_models_of_a_run(opened, tmp_path, name):
    rows = [["s.a", "lin", 1.0, 9.0], ["s.b", "log", 1e-5, 1e-3]]
    info = make_info(header=replace(make_info().header, parameters=rows))
    last = make_store(tmp_path / "before.sqlite", info=info)[-1]
    made = new_session(config(initial_population=name), "c")
    # Its population, then its archive; coordinates of s.b are logarithms.
    n_member = len(last.population)
    np.testing.assert_allclose(made.initial[:n_member, 0], last.population[:, 0])
    np.testing.assert_allclose(made.initial[:n_member, 1], 10 ** last.population[:, 1])
    assert len(made.initial) == n_member + len(last.archive)


def test_a_run_that_goes_on(opened, monkeypatch, tmp_path):
    info = make_info(initial=np.array([[2.0, np.nan]]))
    files = RunFiles(Path("/out"), "mine")
    stored = SimpleNamespace(info=info, header=info.header, files=files)
    checked = []
    monkeypatch.setattr(module, "working_directory_of", lambda _run: Path("/begun/here"))
    monkeypatch.setattr(module, "check_same", lambda *what, extend: checked.append((*what, extend)))
    made = resumed_session(config(extend=True), "another command", stored)
    assert opened.seen == [(made.config, Path("/begun/here"))]
    # Its files keep the head of the first sitting; what is compared is that of this one.
    ((run, compared, header, extend),) = checked
    assert extend is True
    assert (run, compared) == (stored, made.opened)
    assert header.command == "another command"
    assert header.markers == ("O", "O", "V", "V")
    assert made.header is info.header
    assert (made.files, made.stored, made.command) == (files, stored, "another command")
    assert made.initial is info.initial


def test_a_run_that_is_not_what_it_was_does_not_go_on(opened, monkeypatch):
    def refuse(*_what, extend):
        raise RunError("another recording")

    monkeypatch.setattr(module, "working_directory_of", lambda _run: Path("/begun/here"))
    monkeypatch.setattr(module, "check_same", refuse)
    stored = SimpleNamespace(info=make_info(initial=None), header=None, files=None)
    with pytest.raises(RunError, match="another recording"):
        resumed_session(config(), "c", stored)
