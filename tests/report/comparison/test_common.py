"""Which scores of several runs mean the same."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import replace

import numpy as np
import pytest

from pyneuronautofit.errors import UsageError
from pyneuronautofit.report.comparison.common import common_modes
from pyneuronautofit.runs import open_run
from report._made import info, make_run

SCORES = [[[1, 1, 9]]]


def common(tmp_path, *abouts):
    with ExitStack() as stack:
        runs = []
        for number, about in enumerate(abouts):
            n_score = len(about.header.markers)
            path = make_run(tmp_path / f"r{number}.sqlite", [np.ones((1, n_score))], about=about)
            runs.append(stack.enter_context(open_run(path)))
        return common_modes(runs, [run.path.stem for run in runs])


def with_header(**changed):
    return info(header=replace(info().header, **changed))


def test_runs_that_are_alike(tmp_path):
    found = common(tmp_path, info(), info())
    assert (found.codes, found.others) == (("O", "V"), {})


def test_a_mode_that_is_not_everywhere_is_left_out(tmp_path):
    header = replace(info().header, markers=("O", "O"), bvalues=info().header.bvalues[:2])
    found = common(tmp_path, info(), info(mode_sizes=(("O", 2),), header=header))
    assert found.codes == ("O",)
    assert found.others == {"V": "V is not compared in r1"}


def test_a_mode_on_other_sweeps_is_left_out(tmp_path):
    bvalues = np.array(info().header.bvalues, dtype=float)
    bvalues[2] = 1
    found = common(tmp_path, info(), with_header(bvalues=bvalues))
    assert found.codes == ("O",)
    assert found.others == {"V": "V looks at other sweeps, or at other samples, in r1"}


def test_other_numbers_of_components(tmp_path):
    header = replace(info().header, markers=("O", "V"), bvalues=info().header.bvalues[1:])
    found = common(tmp_path, info(), info(mode_sizes=(("O", 1), ("V", 1)), header=header))
    assert found.codes == ("V",)
    assert found.others == {"O": "O has 2 components in r0 and 1 in r1"}


def test_nothing_in_common(tmp_path):
    header = replace(info().header, markers=("P", "P", "Q"))
    with pytest.raises(UsageError, match="no mode of theirs means the same: O is not compared in"):
        common(tmp_path, info(), info(mode_sizes=(("P", 2), ("Q", 1)), header=header))


UNKNOWN = {"identity": {}}


@pytest.mark.parametrize(
    ("one", "other", "why"),
    [
        (info(), info(identity={"recording": "other"}), "fitted to other recordings"),
        (info(**UNKNOWN), info(**UNKNOWN, header=replace(info().header, target="b.abf")),
         r"fitted to other recordings \(cell.abf and b.abf\)"),
        (info(), with_header(evaluation={**info().header.evaluation, "spikethreshold": 99}),
         "spikethreshold is None in the first and 99 in the other"),
    ],
)  # fmt: skip
def test_runs_of_which_no_score_means_the_same(tmp_path, one, other, why):
    with pytest.raises(UsageError, match=f"r0 and r1 cannot be compared, .*{why}"):
        common(tmp_path, one, other)
