"""What docs/run-files.md shows is a run file, and what it says is said."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from pyneuronautofit.cli.runfile import read_run_file
from pyneuronautofit.errors import UsageError
from pyneuronautofit.fitting import FitOptions

REPOSITORY = Path(__file__).resolve().parents[3]
PAGE = (REPOSITORY / "docs" / "run-files.md").read_text(encoding="utf-8")
(EXAMPLE,) = re.findall(r"```toml\n(.*?)```", PAGE, re.DOTALL)


@pytest.fixture
def example(tmp_path):
    """The example beside a folder with the recording that it names."""
    (tmp_path / "experimentaldata").symlink_to(REPOSITORY / "examples" / "experimentaldata")
    (tmp_path / "mine").mkdir()
    path = tmp_path / "mine" / "cell.toml"
    path.write_text(EXAMPLE)
    return path


def test_the_example_is_a_run(example, command, hh_project, tmp_path):
    # The built-in cell takes longer.
    answer = command("--run", example, "-a", "run", "--dry-run", "--project", hh_project)
    assert answer.code == 0, answer.err
    assert "search      Auto, 3 parameters, 50000 evaluations, seed 1" in answer.out
    assert "evaluation  modes OV, 14 components from 7 simulated sweep(s)" in answer.out
    assert "results     mine/results/run-*" in answer.out.replace(f"{tmp_path}/", "")


@pytest.mark.nightly
def test_the_example_runs(example, command, tmp_path):
    answer = command("--run", example, "--evaluations", "82", "-a", "run", "-n", "2")
    assert answer.code == 0, answer.err
    assert (tmp_path / "mine" / "results" / "run.sqlite").exists()


def test_its_mistakes_are_answered_as_it_says(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    said = re.findall(r"^(cell\.toml, line .*)$", PAGE, re.MULTILINE)
    assert len(said) == 2
    spoilt = (
        EXAMPLE.replace("evaluations =", "evalations ="),
        EXAMPLE.replace("seed = 1", "seed = '1'"),
    )
    for text, expected in zip(spoilt, said, strict=True):
        Path("cell.toml").write_text(text)
        with pytest.raises(UsageError, match=f"^{re.escape(expected)}$"):
            read_run_file(Path("cell.toml"), FitOptions, "fit")
