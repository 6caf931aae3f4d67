"""What a run names is compared, and its place looked at, before any of it is loaded.

`tests/cli/runs/test_trusted.py` does it with whole runs; here are the places and the words alone.
"""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from pyneuronautofit.errors import NotAgreedError, RecordingError, RunError
from pyneuronautofit.fitting import FitOptions, agreed_config, open_again
from pyneuronautofit.fitting.resumed import consent
from pyneuronautofit.fitting.resumed.identity import file_digest, model_digests
from pyneuronautofit.models import CellSource


@pytest.fixture
def run(tmp_path, monkeypatch):
    """A run of a project in `model`, its store in `out`; the user is in `here`."""
    for name in ("model", "model/parts", "out", "here"):
        (tmp_path / name).mkdir()
    (tmp_path / "model" / "project.py").write_text("raise SystemExit('this was executed')\n")
    (tmp_path / "cell.npz").write_bytes(b"a recording")
    monkeypatch.chdir(tmp_path / "here")
    project = tmp_path / "model" / "project.py"
    return SimpleNamespace(
        path=tmp_path / "out" / "mine.sqlite",
        project=project,
        info=SimpleNamespace(
            places={"directory": str(tmp_path), "project": str(project)},
            identity={
                "recording": file_digest(tmp_path / "cell.npz"),
                "model": model_digests(CellSource(project, None, None)),
            },
        ),
    )


def check(run, project=None, drew=None, at=None, **more):
    path = run.path.parents[1] / "cell.npz"
    config = FitOptions(recording=str(path), project=str(at or run.project), figure=drew)
    given = {} if project is None else {"project": project}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(consent, "resumed_config", lambda _run, _given, **_how: config)
        return agreed_config(run, {**given, **more})


def test_a_foreign_place_is_named_with_the_remedy(run):
    with pytest.raises(NotAgreedError) as refused:
        check(run)
    assert str(refused.value) == (
        f"mine was made with {run.project}, which lies neither in the folder of the run nor in the "
        "working directory, and whose content would be executed. Look at it; if you trust it, say "
        f"so with --project {run.project}"
    )
    check(run, str(run.project))


@pytest.mark.parametrize("place", ["model", "model/..", "."])
def test_where_the_user_works(run, monkeypatch, tmp_path, place):
    monkeypatch.chdir(tmp_path / place)
    check(run)


@pytest.mark.parametrize("place", ["model/parts", "out"])
def test_beside_and_below_is_another_folder(run, monkeypatch, tmp_path, place):
    monkeypatch.chdir(tmp_path / place)
    with pytest.raises(NotAgreedError):
        check(run)


def test_a_folder_whose_name_begins_alike_is_another(run, monkeypatch, tmp_path):
    (tmp_path / "mod").mkdir()
    monkeypatch.chdir(tmp_path / "mod")
    with pytest.raises(NotAgreedError):
        check(run)


def test_consent_to_a_project_is_none_to_other_folders(run, tmp_path):
    """Channels may be in the folder that the run was started in, which the store names as well."""
    mods = tmp_path / "mods"
    mods.mkdir()
    (mods / "leak.mod").write_text("NEURON { SUFFIX leak }")
    run.info.identity["model"] = model_digests(CellSource(run.project, mods, None))
    with pytest.raises(NotAgreedError, match=rf"made with {mods}, .*start in {tmp_path}$"):
        check(run, str(run.project))


@pytest.mark.parametrize(("figure", "drawn"), [
    ("best.png", True), ("../here/best.png", True), ("../out/best.png", True),
    ("../best.png", False), ("{}/model/best.png", False), ("{}/out/best.png", True),
])  # fmt: skip
def test_a_store_does_not_say_what_is_written_over(run, tmp_path, caplog, figure, drawn):
    path = figure.format(tmp_path)
    found = check(run, str(run.project), path)
    assert found.figure == (path if drawn else None)
    assert (f"the figure {path}" in caplog.text) is not drawn
    assert check(run, str(run.project), path, figure=path).figure == path


def test_what_has_changed_comes_first(run):
    run.project.write_text("")
    with pytest.raises(RunError) as refused:
        check(run)
    assert not isinstance(refused.value, NotAgreedError)
    assert "mine cannot be continued: files of the model have changed: project.py" in str(
        refused.value
    )
    assert str(refused.value).endswith(f"with -I {run.path}")


def test_another_project_is_named_beside_the_runs_own(run, tmp_path):
    """Nothing has changed, so nothing is said to have."""
    other = tmp_path / "here" / "project.py"
    other.write_text("another = True\n")
    with pytest.raises(RunError) as refused:
        check(run, str(other), at=other)
    said = str(refused.value)
    assert "have changed" not in said
    assert said == (
        f"mine cannot be continued: --project names {other}, and the run was begun with "
        f"{run.project}; files that are others there: project.py. Leave --project out, or name a "
        "project of the files that the run was begun with"
    )
    # Its own one, by its folder, has changed indeed.
    run.project.write_text("")
    with pytest.raises(RunError, match=r"files of the model have changed: project\.py\. A run is"):
        check(run, str(run.project.parent))
    # What is wrong is not the project.
    (tmp_path / "cell.npz").write_bytes(b"another recording")
    other.write_text("raise SystemExit('this was executed')\n")
    with pytest.raises(RunError, match=r"the recording .* is not the file .* A run is continued"):
        check(run, str(other), at=other)


def test_a_run_is_opened_with_its_own_options_where_it_was_begun(run, monkeypatch):
    done = []
    opened = object()
    config = FitOptions(recording=str(run.path.parents[1] / "cell.npz"), project=str(run.project))
    monkeypatch.setattr(
        consent, "resumed_config", lambda run, given, **_how: done.append(given) or config
    )
    monkeypatch.setattr(consent, "open_fit", lambda *what: done.append(what) or opened)
    monkeypatch.setattr(consent, "check_files", lambda *what: done.append(what))
    with pytest.raises(NotAgreedError):
        open_again(run)
    assert done == [{}]
    assert open_again(run, "mine.py") is opened
    folder = run.path.parents[1]
    assert done == [{}, {"project": "mine.py"}, (config, folder), (run, opened)]


@pytest.mark.parametrize("error", [KeyError("seed"), TypeError("x"), ValueError("y")])
def test_a_store_that_does_not_say_with_what_it_was_made(run, monkeypatch, error):
    def fails(_run, _given):
        raise error

    monkeypatch.setattr(consent, "resumed_config", fails)
    with pytest.raises(RunError, match=r"mine\.sqlite does not say with what it was made: \w+Err"):
        open_again(run)


def test_a_recording_that_is_not_there(run):
    (run.path.parents[1] / "cell.npz").unlink()
    with pytest.raises(RecordingError, match=r"cannot read .*cell\.npz"):
        check(run)
