"""By what a run knows that its plug-ins are the same."""

from __future__ import annotations

import numpy as np
import pytest

from pyneuronautofit.fitting import FitConfig
from pyneuronautofit.fitting.resumed.plugged import (
    PLUGINS,
    about_scored,
    changed_plug_ins,
    missing_modes,
    missing_plug_ins,
    modes_of_plug_ins,
    plug_ins_of,
)
from pyneuronautofit.plugins import active_plugins, objective, reader, strategy

DIGEST = "0123456789abcdef" * 4


@objective
def peak(voltage_mV):
    """Highest voltage."""
    return voltage_mV.max(axis=1)


@strategy
def walk(x):
    """Nowhere."""
    return x


@reader(".zzz", name="ours")
def read(path):
    """Nothing."""
    return np.zeros((1, 9)), np.zeros((1, 9)), 0.1


def test_what_a_fit_uses(tmp_path):
    file = tmp_path / "cell.zzz"
    file.write_text("x")
    config = FitConfig(recording=str(file), modes="O{peak}V", algorithm="walk")
    with active_plugins(objectives=[peak], strategies=[walk], readers=[read]):
        found = plug_ins_of(config, [file])
        assert list(found) == ["-m {peak}", "-A {walk}", "reader ours"]
        assert all(each.startswith("test_plugged.py, SHA-256 ") for each in found.values())
        assert modes_of_plug_ins("O{peak}") == {"{peak}": found["-m {peak}"]}
        # What is there and not used says nothing.
        other = tmp_path / "cell.npz"
        np.savez(other, voltage=np.zeros((1, 9)), current=np.zeros((1, 9)), dt=0.1)
        assert plug_ins_of(FitConfig(recording=str(other)), [other]) == {}


def test_what_is_missing():
    run = {PLUGINS: {"-m {peak}": f"mine.py, SHA-256 {DIGEST}", "-A {walk}": "walks 1.0"}}
    said = missing_plug_ins(run)
    assert said.startswith("it was made with -m {peak} of mine.py, -A {walk} of walks 1.0, which")
    assert "give --plugin FILE.py, or install the package that it is of" in said
    with active_plugins(objectives=[peak], strategies=[walk]):
        assert missing_plug_ins(run) == ""
    assert missing_plug_ins({}) == ""
    scored = {PLUGINS: {"{peak}": f"mine.py, SHA-256 {DIGEST}"}}
    assert "-m {peak} of mine.py" in missing_modes(scored)


@pytest.mark.parametrize("stored", [None, 3, [], "text"])
def test_a_store_of_somebody_else(stored):
    assert missing_plug_ins({PLUGINS: stored}) == ""
    assert changed_plug_ins({PLUGINS: stored}, {}) == []
    assert list(about_scored({PLUGINS: stored})) == []


def one(where):
    return {PLUGINS: {"-m {peak}": where}}


@pytest.mark.parametrize(
    ("before", "now", "same"),
    [
        (f"a.py, SHA-256 {DIGEST}", f"a.py, SHA-256 {DIGEST}", True),
        # A file may have another name.
        (f"a.py, SHA-256 {DIGEST}", f"b.py, SHA-256 {DIGEST}", True),
        (f"a.py, SHA-256 {DIGEST}", f"a.py, SHA-256 {DIGEST[::-1]}", False),
        # A package has more than one file.
        (f"a 1.0, SHA-256 {DIGEST}", f"a 1.1, SHA-256 {DIGEST}", False),
        ("eFEL 5.7", "eFEL 5.8", False),
    ],
)
def test_what_has_changed(before, now, same):
    found = changed_plug_ins(one(before), one(now))
    assert (found == []) == same
    if not same:
        assert found[0].startswith("the plug-in -m {peak} is another one than it was (")
        assert DIGEST not in found[0]


def test_what_is_new_or_gone():
    (new,) = changed_plug_ins({}, one(f"a.py, SHA-256 {DIGEST}"))
    assert "(none then, a.py, SHA-256 0123" in new
    assert "(eFEL 5.7 then, none now)" in changed_plug_ins(one("eFEL 5.7"), {})[0]


def test_models_that_were_scored_with_another_one():
    stored = {PLUGINS: {"{peak}": f"old.py, SHA-256 {DIGEST}", "{gone}": "x"}}
    with active_plugins(objectives=[peak]):
        (said,) = about_scored(stored)
        assert said.startswith("{peak} is another one than the models were scored with (old.py, ")
        own = modes_of_plug_ins("{peak}")
        assert list(about_scored({PLUGINS: own})) == []
