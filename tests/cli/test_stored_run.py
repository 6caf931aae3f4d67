"""A run that a command reads: all that its store has lost is said, and a sound one says nothing."""

from __future__ import annotations

import pytest

from pyneuronautofit.cli.stored_run import opened_run, warn_of_losses
from pyneuronautofit.errors import RunError
from report._made import make_run

SCORES = [[[0.0, 0.0, 1.0 + k / 100] for k in range(200)]] * 4


def test_losses_are_warned_of(tmp_path, caplog):
    store = make_run(tmp_path / "mine.sqlite", SCORES)
    with opened_run(store):
        assert not caplog.messages
    data = store.read_bytes()
    store.write_bytes(data[: len(data) * 3 // 4])
    with opened_run(store) as opened:
        assert caplog.messages == [f"{store} is damaged: {loss}" for loss in opened.losses]
    assert any("generations" in message for message in caplog.messages)


def test_each_loss_has_a_line_of_its_own(tmp_path, caplog):
    warn_of_losses(tmp_path, ["one", "two"])
    assert [message.rpartition(": ")[2] for message in caplog.messages] == ["one", "two"]


def test_no_run(tmp_path):
    with pytest.raises(RunError):
        opened_run(tmp_path / "no.sqlite")
