"""Published values of the built-in cell are found again."""

from __future__ import annotations

import json
import math
from dataclasses import replace

import pytest

from pyneuronautofit.benchmarking.published import PublishedValue, find_again, read_published
from pyneuronautofit.errors import PyNeuronAutofitError, UsageError


def test_what_agrees():
    rest = PublishedValue("rest", 1, "soma.v", -70.0, -70.00005)
    assert rest.agrees
    assert not replace(rest, found=-70.001).agrees
    synapse = PublishedValue("synapse", 1, "0", 0.0123, 0.0123)
    assert synapse.agrees
    assert not replace(synapse, found=0.0124).agrees
    assert replace(synapse, found=None).difference == math.inf
    assert replace(synapse, published=None, found=None).agrees


def test_a_database_without_the_values(tmp_path):
    content = {"version": "1", "models": [{"parameters": {"soma.cm": 1.0}, "target": 0, "src": 0}]}
    (tmp_path / "db.json").write_text(json.dumps(content))
    with pytest.raises(UsageError, match=r"expected models with init and gsynmin, .* found 1 "):
        read_published(tmp_path / "db.json", quick=True)
    (tmp_path / "no.json").write_text("{")
    with pytest.raises(PyNeuronAutofitError, match=r"no\.json"):
        read_published(tmp_path / "no.json", quick=True)


def test_the_published_sample(shared):
    path = shared / "data" / "P07-models-sample.json"
    quick, whole = (read_published(path, quick=quick) for quick in (True, False))
    assert (len(quick.stored.models), len(whole.stored.models)) == (3, 24)
    assert quick.balances == (-1.0, 0.0, 1.0)
    first = json.loads(path.read_text())["models"][0]
    assert quick.initial_mV[0] == first["init"]
    assert quick.gsynmin[0] == [first["gsynmin"][place] for place in (0, 20, 40)]


@pytest.mark.nightly
def test_published_values_are_found_again(shared, tmp_path):
    published = read_published(shared / "data" / "P07-models-sample.json", quick=True)
    found = list(find_again(published, tmp_path / "published", 2))
    assert [each for each in found if not each.agrees] == []
    assert len(found) == 3 * (2 + 3)
    # What is finished is kept.
    again = list(find_again(published, tmp_path / "published", 2))
    assert set(again) == set(found), "in whichever order they are finished"
    assert len(again) == len(found)
    # A wrong value is noticed.
    wrong = replace(published, initial_mV=[{n: v + 0.1 for n, v in each.items()}
                                           for each in published.initial_mV])  # fmt: skip
    rests = [each for each in find_again(wrong, tmp_path / "w", 2) if each.quantity == "rest"]
    assert not any(each.agrees for each in rests)
