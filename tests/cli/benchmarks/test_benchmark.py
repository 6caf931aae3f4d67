"""The command, from its words to its files."""

from __future__ import annotations

import json

import pytest

from pyneuronautofit.benchmarking import NAMES, QUICK

FEW = ("--problems", "passive", "--algorithms", "DE,random", "--seeds", "2", "--evaluations", "120")


def test_a_benchmark_and_what_comes_later(command, tmp_path):
    done = command("benchmark", *FEW, "-n", 2)
    assert done.code == 0, done.err
    assert "4 trials of 1 problem(s) in benchmark" in done.out
    assert "4 of 4: passive by " in done.out
    folder = tmp_path / "benchmark"
    assert sorted(path.name for path in (folder / "trials").iterdir()) == [
        "passive-DE-1.json", "passive-DE-2.json", "passive-random-1.json", "passive-random-2.json",
    ]  # fmt: skip
    assert (folder / "results.png").stat().st_size > 10_000
    assert "| DE |" in (folder / "results.md").read_text()
    # The same again computes nothing; one more seed is one more trial of each.
    again = command("benchmark", *FEW, "--json")
    assert "of which 4 have ended" in again.err
    assert json.loads(again.out) == json.loads((folder / "results.json").read_text())
    other = command("benchmark", *FEW[:4], "--evaluations", 130)
    assert other.code == 2
    assert "have 120 evaluations, and these would have 130" in other.err
    # What is damaged is said, with what to do.
    (folder / "trials" / "passive-DE-1.json").write_text("{")
    assert "expected a trial of a benchmark" in command("benchmark", *FEW).err


@pytest.mark.parametrize(("words", "said"), [
    (("--problems", "hhh"), "--problems: expected names of passive, hh, .*did you mean hh"),
    (("--algorithms", "cma,foo"), "--algorithms: expected names of Auto, .*found foo"),
    (("--seeds", "0"), "--seeds 0: expected a number from 1 to"),
    (("--evaluations", "20"), "--evaluations 20: expected a number from 100"),
    (("--database", "nothing.json", "-o", "x"), "nothing.json"),
])  # fmt: skip
def test_mistakes(words, said, command, tmp_path):
    done = command("benchmark", *words)
    assert done.code == 2
    assert "Traceback" not in done.err
    import re

    assert re.search(said, done.err)
    assert list(tmp_path.iterdir()) == []


def test_the_list(command):
    done = command("benchmark", "--list", "--json")
    assert [each["name"] for each in json.loads(done.out)["problems"]] == list(NAMES)


@pytest.mark.nightly
@pytest.mark.timeout(1200)
def test_the_quick_one(command, tmp_path):
    """All problems; whoever searches is better than chance somewhere."""
    done = command("benchmark", "--quick", "-o", "quick")
    assert done.code == 0, done.err
    content = json.loads((tmp_path / "quick" / "results.json").read_text())
    assert [each["name"] for each in content["problems"]] == list(NAMES)
    for problem in content["problems"]:
        medians = {each["name"]: each["median"] for each in problem["algorithms"]}
        assert set(medians) == set(QUICK)
        assert min(medians.values()) < 0.8 * medians["random"]
