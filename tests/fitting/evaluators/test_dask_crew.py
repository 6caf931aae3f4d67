"""Real workers of dask.distributed: they come, answer, die and hang, and so does the scheduler."""

from __future__ import annotations

import contextlib
import signal
import socket
import threading
import time

import pytest

from pyneuronautofit.errors import UsageError
from pyneuronautofit.fitting.evaluators.crew import (
    SchedulerWent,
    WorkerCame,
    WorkerReply,
    WorkerWent,
)

pytest.importorskip("distributed")

from pyneuronautofit.fitting.evaluators.dask_crew import DaskCrew
from pyneuronautofit.fitting.evaluators.tls import make_tls

from .processes import Cluster, happened, kill


@pytest.fixture(scope="module")
def cluster(tmp_path_factory):
    with Cluster(tmp_path_factory.mktemp("dask")) as found:
        yield found


@pytest.fixture
def crew(cluster):
    made = DaskCrew(cluster.address, None)
    yield made
    made.close()


def test_a_worker_comes_answers_and_is_killed(cluster, crew):
    process = cluster.add()
    address = happened(crew, WorkerCame).address
    crew.introduce(address, 7, {"key": "k", "settings": {}, "directory": "/", "generated": []})
    reply = happened(crew, WorkerReply)
    assert reply.ticket == 7
    assert "refused" in reply.content  # there is no recording
    crew.evaluate(address, 8, "k", b"", with_residuals=False)
    assert happened(crew, WorkerReply) == WorkerReply(8, {"unknown": "k"})
    # A worker's exception is no answer, and says what it was.
    crew.introduce(address, 10, {})
    reply = happened(crew, WorkerReply)
    assert (reply.ticket, reply.content) == (10, None)
    assert reply.error == "KeyError: 'key'"
    kill(process)
    assert happened(crew, WorkerWent) == WorkerWent(address)
    # What is asked of one that is gone is not answered, and can be given up.
    crew.introduce(address, 11, {})
    crew.forget([11])
    assert crew.events(0.5) == []


@pytest.mark.nightly
def test_a_worker_that_hangs_is_lost_after_a_while(tmp_path):
    # One that has much to load, on a busy computer, is silent for some seconds, too.
    with Cluster(tmp_path, ttl_s=3) as own:
        crew = DaskCrew(own.address, None)
        process = own.add()
        address = happened(crew, WorkerCame).address
        kill(process, signal.SIGSTOP)
        assert happened(crew, WorkerWent, 60) == WorkerWent(address)
        crew.close()


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGSTOP])
def test_a_scheduler_is_lost(tmp_path, how, monkeypatch):
    monkeypatch.setattr("pyneuronautofit.fitting.evaluators.dask_crew._SILENCE_S", 0.5)
    with Cluster(tmp_path) as own:
        crew = DaskCrew(own.address, None)
        kill(own.scheduler, how)
        happened(crew, SchedulerWent, 10)
        began = time.monotonic()
        crew.close()
        assert time.monotonic() - began < 5, "an interruption has to end within 5 s"


def test_nobody_is_there(tmp_path, monkeypatch):
    monkeypatch.setattr("pyneuronautofit.fitting.evaluators.dask_crew._CONNECT_S", 0.5)
    with pytest.raises(UsageError, match=r"no scheduler of dask\.distributed answers at tcp://127"):
        DaskCrew("tcp://127.0.0.1:9", None)
    with pytest.raises(UsageError, match=r"no scheduler of dask\.distributed answers at tls://127"):
        DaskCrew("tls://127.0.0.1:9", make_tls(tmp_path / "tls"))


def test_what_takes_the_call_and_says_nothing_is_not_waited_for(monkeypatch):
    """As a scheduler whose process is stopped, or another program at its port."""
    module = "pyneuronautofit.fitting.evaluators.dask_crew"
    monkeypatch.setattr(f"{module}._CONNECT_S", 0.3)
    monkeypatch.setattr(f"{module}._MORE_S", 0.2)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        began = time.monotonic()
        with pytest.raises(UsageError, match="it takes the call, and says nothing"):
            DaskCrew(f"tcp://127.0.0.1:{silent.getsockname()[1]}", None)
        assert time.monotonic() - began < 5


def test_another_program_at_the_port_is_none():
    """It says something of which dask makes a MemoryError."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def answer():
            with contextlib.suppress(OSError):
                while True:
                    with server.accept()[0] as caller:
                        caller.sendall(b"HTTP/1.1 200 OK\r\n\r\n" + b"x" * 1000)

        threading.Thread(target=answer, daemon=True).start()
        with pytest.raises(UsageError, match=r"no scheduler of dask\.distributed answers at tcp"):
            DaskCrew(f"tcp://127.0.0.1:{server.getsockname()[1]}", None)


@pytest.mark.nightly
def test_a_worker_that_has_paused_for_its_memory_is_lost_after_a_while(cluster, monkeypatch):
    monkeypatch.setattr("pyneuronautofit.fitting.evaluators.dask_crew._PAUSED_S", 1.0)
    crew = DaskCrew(cluster.address, None)
    try:
        # The last word counts; it has more than that when it begins.
        process = cluster.add("--memory-limit", "20MB")
        address = happened(crew, WorkerCame).address
        assert happened(crew, WorkerWent, 60) == WorkerWent(address)
        kill(process)
    finally:
        crew.close()
