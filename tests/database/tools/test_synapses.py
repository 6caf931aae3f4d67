"""What is written and said of the smallest conductances, with a probe that knows them."""

from __future__ import annotations

import json

import numpy as np
import pytest

from database._made import HEADER, FakeProbe, content, database, model
from pyneuronautofit.database import Journal
from pyneuronautofit.database.tools.synapses import (
    balance,
    find_thresholds,
    pair_shares,
    remarks,
    require_same_mixes,
    same_mixes,
    with_thresholds,
)
from pyneuronautofit.errors import UsageError
from pyneuronautofit.probes.tests import SynapseThresholds
from pyneuronautofit.probes.threshold import LOWEST_FIRES, NONE_FIRES, Threshold

MIXES = ((1.0, 0.0), (0.5, 0.5), (0.0, 1.0))
BALANCES = HEADER["gsynmin"]
OTHER = [-1.0, 1.0]


def none(reason, *silent_uS):
    return Threshold(None, reason, silent_uS, 11)


def answer(length):
    """One model has all values, one has none for some mixes, one fails."""
    if length == 42.0:
        return "it became too hot"
    if length == 41.0:
        values = (none(NONE_FIRES), Threshold(0.2, "", (0.25, 0.3), 25), none(LOWEST_FIRES))
        return SynapseThresholds(values, -60.0, settled=False)
    return SynapseThresholds(
        tuple(Threshold(0.1 * (k + 1), "", (), 20) for k in range(3)), -70.0, settled=True
    )


def found_for(read, journal, interrupted_after=None, initial=None):
    probe = FakeProbe(answer, interrupted_after)
    initial = [{}] * len(read.records) if initial is None else initial
    found = list(find_thresholds(read.stored, probe, journal, initial, len(MIXES)))
    return probe, sorted(found, key=lambda result: result.number)


@pytest.fixture
def three(tmp_path):
    read = database(tmp_path)
    return read, found_for(read, Journal(tmp_path / "o.json"))[1]


def test_values_are_written_and_all_else_is_kept(three, tmp_path):
    read, results = three
    with_thresholds(read, BALANCES, results).write(tmp_path / "o.json")
    made = json.loads((tmp_path / "o.json").read_text())
    first, second, third = made.pop("models")
    assert first == model(0, gsynmin=[0.1, 0.2, pytest.approx(0.3)])
    assert second["gsynmin"] == [None, 0.2, None]
    assert third == model(2)
    before = dict(read.content)
    del before["models"]
    assert made == before


def test_a_failed_model_loses_values_for_other_mixes_only(tmp_path):
    records = [model(k, gsynmin=[0.5, 0.6, 0.7]) for k in range(3)]
    for header, kept in ((BALANCES, [0.5, 0.6, 0.7]), ([0.5, 0.6, 0.7], None)):
        read = database(tmp_path, content(models=records, gsynmin=header))
        results = found_for(read, Journal(tmp_path / "o.json"))[1]
        made = with_thresholds(read, BALANCES, results)
        assert made.records[2]["gsynmin"] == kept
        assert made.content["gsynmin"] == BALANCES
        (tmp_path / "o.json.progress").unlink()


def test_the_header_gets_the_mixes(tmp_path):
    without = {key: value for key, value in content().items() if key != "gsynmin"}
    read = database(tmp_path, without)
    results = found_for(read, Journal(tmp_path / "o.json"))[1]
    assert not same_mixes(read, BALANCES)
    assert with_thresholds(read, BALANCES, results).content["gsynmin"] == BALANCES


def test_what_is_said(three):
    good, doubtful, failed = (remarks(result, BALANCES) for result in three[1])
    assert good == []
    assert doubtful == [
        "no conductance fires for the mix -1",
        "the lowest conductance fires already for the mix 1",
        "firing is not monotone for the mix 0: with 0 it does not fire at 0.25, 0.3 uS, but at "
        "less",
        "it was not quite at rest when the events arrived",
    ]
    (text,) = failed
    assert text.startswith("the simulation failed: ")
    assert text.endswith(": it became too hot")


def test_what_is_said_of_many_mixes_stays_short(three):
    result = three[1][0].__class__(1, (None,) * 41, (NONE_FIRES,) * 41, ((),) * 41, True, "OK", "")
    assert remarks(result, list(np.linspace(-1, 1, 41))) == ["no conductance fires for any mix"]
    most = (NONE_FIRES,) * 40 + ("",)
    result = result.__class__(1, (None,) * 40 + (0.1,), most, ((),) * 41, True, "OK", "")
    (text,) = remarks(result, list(np.linspace(-1, 1, 41)))
    assert text.endswith("-0.75, ... (40 in all)")


def test_an_interrupted_search_goes_on(tmp_path):
    read = database(tmp_path)
    out = tmp_path / "o.json"
    initial = [{"soma.v": -60.0 - k} for k in range(3)]
    with pytest.raises(KeyboardInterrupt):
        found_for(read, Journal(out), 2, initial)
    probe, results = found_for(read, Journal(out), None, initial)
    assert probe.asked == [40.0]
    assert probe.initial == initial[:1]
    whole = found_for(read, Journal(tmp_path / "other.json"), None, initial)[1]
    assert results == whole
    # From other voltages is another question.
    assert len(found_for(read, Journal(out))[0].asked) == 3


def test_mixes_are_paired_and_balanced():
    shares = np.linspace(0.0, 1.0, 41).tolist()
    mixes = pair_shares(np.linspace(1.0, 0.0, 41).tolist(), shares)
    assert mixes[0] == (1.0, 0.0)
    assert mixes[10] == (0.75, 0.25)
    found = balance(mixes)
    assert found == pytest.approx(np.linspace(-1.0, 1.0, 41).tolist(), abs=1e-12)
    assert balance([(3.0, 1.0)]) == [-0.5]


def test_mixes_are_those_of_the_published_header(shared):
    content = json.loads((shared / "data" / "P07-models-sample.json").read_text())
    mixes = pair_shares(np.linspace(1.0, 0.0, 41).tolist(), np.linspace(0.0, 1.0, 41).tolist())
    # To the last digit: databases whose headers differ are not merged.
    assert balance(mixes) == content["gsynmin"]


@pytest.mark.parametrize(
    ("ampa", "nmda", "expected"),
    [
        ((1.0, 0.5), (0.0,), r"-A has 2 value\(s\) of AMPA and -N 1 of NMDA.*as many of both"),
        ((1.0, 0.0), (0.0, 0.0), r"mix 2 of -A and -N has neither AMPA nor NMDA"),
    ],
)
def test_shares_that_make_no_mixes(ampa, nmda, expected):
    with pytest.raises(UsageError, match=expected):
        pair_shares(ampa, nmda)


def test_one_model_alone_cannot_have_other_mixes(tmp_path):
    records = [model(k, gsynmin=[0.1, 0.2, 0.3]) for k in range(3)]
    read = database(tmp_path, content(models=records))
    require_same_mixes(read, BALANCES, 1)
    with pytest.raises(UsageError, match=r"-n 1: .*other models \(0, 2\) have gsynmin for other"):
        require_same_mixes(read, OTHER, 1)
    alone = database(tmp_path, content(models=[model(0), model(1, gsynmin=[1, 2, 3]), model(2)]))
    require_same_mixes(alone, OTHER, 1)
    results = found_for(read, Journal(tmp_path / "o.json"))[1]
    made = with_thresholds(read, BALANCES, results[:1])
    assert [record["gsynmin"][0] for record in made.records] == [0.1, 0.1, 0.1]
    assert made.records[1:] == read.records[1:]


def test_a_null_at_the_end_of_the_header_is_no_mix(tmp_path):
    read = database(tmp_path, content(gsynmin=[*BALANCES, None]))
    assert same_mixes(read, BALANCES)
    assert not same_mixes(read, [*BALANCES[:2], 0.9])
