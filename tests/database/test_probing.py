"""Every model is asked once, and what is known of it is not asked again."""

from __future__ import annotations

import logging

import pytest

from pyneuronautofit.database import Journal
from pyneuronautofit.database.probing import Finding, ask_each
from pyneuronautofit.errors import ModelError

from ._made import FakeProbe, content, database

#: Models 0 to 4 have lengths of 40 to 44.
LENGTHS = [40.0, 41.0, 42.0, 43.0, 44.0]


@pytest.fixture
def stored(tmp_path):
    return database(tmp_path, content(5)).stored


@pytest.fixture
def journal(tmp_path):
    return Journal(tmp_path / "out.json", "a tool")


def evaluated(probed):
    """What a tool makes of an answer: of the length, or of a failure."""
    return {"failed": probed.message} if probed.message else {"twice": 2 * probed.answer}


def asked(probe, stored, journal, initial=()):
    found = list(ask_each(probe, stored, evaluated, journal, initial))
    assert sorted(finding.place for finding in found) == list(range(5))
    return {finding.place: finding.result for finding in found}


def lengths(value):
    return "too short" if value < 41 else value


def test_each_answer_is_of_its_own_model(stored, journal):
    # The probe answers backwards.
    found = asked(FakeProbe(lengths), stored, journal)
    assert found == {
        0: {"failed": "too short"}, 1: {"twice": 82}, 2: {"twice": 84}, 3: {"twice": 86},
        4: {"twice": 88},
    }  # fmt: skip


def test_what_is_known_is_not_asked_again(stored, journal, tmp_path, caplog):
    first = FakeProbe(lengths, interrupted_after=2)
    with pytest.raises(KeyboardInterrupt):
        list(ask_each(first, stored, evaluated, journal))
    assert first.asked == [44.0, 43.0]
    caplog.set_level(logging.INFO)
    second = FakeProbe(lengths)
    again = Journal(tmp_path / "out.json", "a tool")
    found = list(ask_each(second, stored, evaluated, again))
    assert second.asked == [42.0, 41.0, 40.0]
    # What is known comes first.
    assert [f.place for f in found] == [3, 4, 2, 1, 0]
    assert found[:2] == [Finding(3, {"twice": 86}), Finding(4, {"twice": 88})]
    (record,) = caplog.records
    assert record.getMessage().startswith("2 of 5 models were finished before an interruption (")
    assert record.notice
    assert str(again.path) in record.getMessage()


def test_where_all_is_known_nobody_is_asked_nor_checked(stored, journal):
    before = asked(FakeProbe(lengths), stored, journal)
    probe = FakeProbe(lengths)
    assert asked(probe, stored, journal) == before
    assert (probe.asked, probe.checked) == ([], 0)


def test_the_cell_is_checked_before_the_first_simulation(stored, journal):
    class Lacking(FakeProbe):
        def check(self, parameters, initial_mV=()):
            assert len(parameters) == 5
            raise ModelError("no axon")

    probe = Lacking(lengths)
    with pytest.raises(ModelError, match="no axon"):
        list(ask_each(probe, stored, evaluated, journal))
    assert probe.asked == []


def test_a_journal_of_other_settings_does_no_harm(stored, journal, tmp_path):
    asked(FakeProbe(lengths), stored, journal)
    probe = FakeProbe(lengths)
    asked(probe, stored, Journal(tmp_path / "out.json", "another tool"))
    assert sorted(probe.asked) == LENGTHS


def test_beginnings_go_with_their_models_and_are_a_part_of_the_question(stored, journal):
    begins = [{"soma.v": -60.0 - k} for k in range(5)]
    first = FakeProbe(lengths)
    asked(first, stored, journal, begins)
    assert first.initial == begins
    # Of one model only it is another one.
    others = [*begins[:3], {"soma.v": 0.0}, begins[4]]
    second = FakeProbe(lengths)
    asked(second, stored, journal, others)
    assert second.asked == [43.0]
    assert second.initial == [{"soma.v": 0.0}]
    # Without any these are other questions, all of them.
    third = FakeProbe(lengths)
    asked(third, stored, journal)
    assert sorted(third.asked) == LENGTHS
    assert third.initial == [{}] * 5


def test_there_is_a_beginning_for_every_model(stored, journal):
    with pytest.raises(ValueError, match="shorter"):
        list(ask_each(FakeProbe(lengths), stored, evaluated, journal, [{"soma.v": -60.0}]))
