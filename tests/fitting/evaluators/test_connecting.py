"""From the options to workers: what contradicts is refused, and by its name."""

from __future__ import annotations

import json
import sys
import threading

import pytest

from pyneuronautofit.errors import NotAvailableError, UsageError
from pyneuronautofit.fitting import FitOptions
from pyneuronautofit.fitting.evaluators import connecting
from pyneuronautofit.fitting.evaluators.connecting import on_workers
from pyneuronautofit.fitting.evaluators.tls import make_tls

from .made import opened_fit

pytest.importorskip("distributed")


@pytest.fixture
def crews(monkeypatch):
    """What would be connected with; and no order is made of what is no real fit."""
    made = []
    module = "pyneuronautofit.fitting.evaluators.dask_crew.DaskCrew"
    monkeypatch.setattr(module, lambda address, tls: made.append((address, tls)) or made)
    monkeypatch.setattr(connecting, "order_of", lambda *_given: None)
    monkeypatch.setattr(connecting, "_WRITTEN_S", 0.05)
    return made


def connected(tmp_path, **options):
    opened = on_workers(opened_fit(), FitOptions(recording="cell.npz", **options), tmp_path)
    opened.problem.evaluator._connect()
    return opened


def test_without_workers_nothing_changes(tmp_path):
    opened = opened_fit()
    assert on_workers(opened, FitOptions(recording="cell.npz"), tmp_path) is opened


def test_an_address(tmp_path, crews):
    connected(tmp_path, workers="tcp://node1:8786")
    assert crews == [("tcp://node1:8786", None)]


def test_certificates_are_found_beside_the_scheduler_file(tmp_path, crews):
    path = tmp_path / "scheduler.json"
    path.write_text(json.dumps({"address": "tls://10.0.0.1:4000", "workers": {}}))
    files = make_tls(tmp_path / "tls")
    connected(tmp_path, scheduler_file=str(path))
    other = make_tls(tmp_path / "other")
    connected(tmp_path, scheduler_file=str(path), workers_tls=str(other.folder))
    connected(tmp_path, workers="tls://10.0.0.1:4000", workers_tls=str(other.folder))
    address = "tls://10.0.0.1:4000"
    assert crews == [(address, files), (address, other), (address, other)]


def test_a_scheduler_file_is_waited_for(tmp_path, crews, monkeypatch, caplog):
    monkeypatch.setattr(connecting, "_LOOK_S", 0.01)
    monkeypatch.setattr(connecting, "_SAID_S", 0.0)
    path = tmp_path / "scheduler.json"
    content = json.dumps({"address": "tcp://10.0.0.1:4000"})

    def write():
        (tmp_path / "part").write_text(content)
        (tmp_path / "part").rename(path)

    threading.Timer(0.2, write).start()
    connected(tmp_path, scheduler_file=str(path))
    assert crews == [("tcp://10.0.0.1:4000", None)]
    assert f"waiting for the scheduler, which writes {path} when it begins" in caplog.messages
    path.unlink()
    with pytest.raises(UsageError, match=r"there is no such file, after 0\.001 minutes"):
        connected(tmp_path, scheduler_file=str(path), workers_wait=0.001)
    # Not for what nobody will write, and by a dry run not at all.
    with pytest.raises(UsageError, match=r"there is no such file\. A scheduler writes it when"):
        connected(tmp_path, scheduler_file=str(tmp_path / "nowhere" / "s.json"))
    with pytest.raises(UsageError, match=r"there is no such file\. A scheduler writes it when"):
        connected(tmp_path, scheduler_file=str(path), dry_run=True)


def test_a_file_that_is_being_written_is_read_when_it_is_whole(tmp_path, crews, monkeypatch):
    monkeypatch.setattr(connecting, "_WRITTEN_S", 10.0)
    path = tmp_path / "scheduler.json"
    path.write_text('{"address": "tcp://10.')
    content = json.dumps({"address": "tcp://10.0.0.1:4000"})
    threading.Timer(0.1, path.write_text, [content]).start()
    connected(tmp_path, scheduler_file=str(path))
    assert crews == [("tcp://10.0.0.1:4000", None)]


@pytest.mark.parametrize(
    "content", ["", "[]", "{}", '{"address": 5}', '{"address": "node:1"}', "[" * 100_000]
)
def test_a_file_that_is_none_of_a_scheduler(tmp_path, crews, content):
    path = tmp_path / "scheduler.json"
    path.write_text(content)
    with pytest.raises(UsageError, match="it has no address of a scheduler; expected"):
        connected(tmp_path, scheduler_file=str(path))
    assert crews == []


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"workers_tls": "x"}, "--workers-tls is for --workers or --scheduler-file"),
        ({"workers_wait": 3.0}, "--workers-wait is for --workers or --scheduler-file"),
        ({"workers": "tcp://a:1", "scheduler_file": "s"}, "both name a scheduler"),
        ({"workers": "tcp://a:1", "prepare": True}, "--prepare compiles and compares here"),
        ({"workers": "tls://a:1"}, "a scheduler that is called tls:// encrypts, and needs"),
        ({"workers": "tls://a:1", "workers_tls": "nowhere"}, "there is no ca.pem in it"),
    ],
)
def test_what_contradicts(tmp_path, crews, options, said):
    with pytest.raises(UsageError, match=said):
        connected(tmp_path, **options)
    assert crews == []


def test_certificates_and_no_encryption(tmp_path, crews):
    make_tls(tmp_path / "tls")
    with pytest.raises(UsageError, match="one that is called tcp:// does not"):
        connected(tmp_path, workers="tcp://a:1", workers_tls=str(tmp_path / "tls"))


def test_without_the_extra(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "distributed", None)
    monkeypatch.delitem(sys.modules, "pyneuronautofit.fitting.evaluators.dask_crew", False)
    with pytest.raises(NotAvailableError, match=r"pip install 'pyneuronautofit\[cluster\]'"):
        on_workers(opened_fit(), FitOptions(recording="c.npz", workers="tcp://a:1"), tmp_path)
