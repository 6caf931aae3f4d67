"""A whole fit with real workers: the same bits, whatever becomes of them."""

from __future__ import annotations

import os
import signal
import subprocess
import sys

import pytest

from cli.clusters.real_slurm import until
from conftest import REPOSITORY
from pyneuronautofit.errors import PyNeuronAutofitError
from pyneuronautofit.runs import open_run

pytest.importorskip("distributed")

from .processes import Cluster, kill

pytestmark = [pytest.mark.nightly, pytest.mark.timeout(1200)]

RECORDING = REPOSITORY / "examples" / "experimentaldata" / "TC-example.abf"
FIT = ("-A", "NSGA2", "-m", "OV", "-P", "100", "-G", "8", "-t", "-10", "--seed", "3", "-n", "1")
FEW = ("-A", "NSGA2", "-m", "OV", "-P", "8", "-G", "2", "-t", "-10", "--seed", "3", "-n", "1",
       "--simulator", "neuron", "--dt", "0.05", "-k", "[0, 5]")  # fmt: skip


def fit(folder, *words, **environment):
    """Start a fit."""
    return subprocess.Popen(
        [sys.executable, "-m", "pyneuronautofit", *words, "--output", str(folder), "-a", "run"]
        if "--resume" not in words
        else [sys.executable, "-m", "pyneuronautofit", *words],
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, start_new_session=True,
        env={**os.environ, **environment},
    )  # fmt: skip


def ended(process, code=0):
    out, _nothing = process.communicate(timeout=600)
    assert process.returncode == code, out
    return out


def content(folder):
    """All that a run has found, to the last bit."""
    with open_run(folder / "run.sqlite") as run:
        blocks = [(b.parameters.tobytes(), b.scores.tobytes()) for _g, b in run.blocks()]
        return blocks, run.archive().tobytes(), run.n_evaluation


def in_the_middle(folder, generation=1):
    def is_so():
        try:
            with open_run(folder / "run.sqlite", check=False) as run:
                return run.last is not None and run.last.number >= generation
        except (OSError, PyNeuronAutofitError):
            return False

    until(is_so, "the run is in its middle")


@pytest.fixture(scope="module", params=[FIT, FEW], ids=["adaptive", "neuron"])
def alone(request, tmp_path_factory):
    folder = tmp_path_factory.mktemp("alone")
    ended(fit(folder, *request.param, str(RECORDING)))
    return request.param, content(folder)


@pytest.mark.parametrize("n_worker", [1, 2, 4])
def test_any_number_of_workers(alone, tmp_path, n_worker):
    words, expected = alone
    with Cluster(tmp_path) as cluster:
        for _number in range(n_worker):
            cluster.add()
        out = ended(fit(tmp_path, *words, "--scheduler-file", str(cluster.file), str(RECORDING)))
    assert "refused" not in out
    assert content(tmp_path) == expected


def test_one_is_killed_one_hangs_and_one_comes(alone, tmp_path):
    words, expected = alone
    with Cluster(tmp_path, ttl_s=5) as cluster:
        one, other = cluster.add(), cluster.add()
        run = fit(tmp_path, *words, "--scheduler-file", str(cluster.file), str(RECORDING))
        in_the_middle(tmp_path, 0)
        kill(one)
        cluster.add()
        in_the_middle(tmp_path, 1)
        kill(other, signal.SIGSTOP)
        ended(run)
    assert content(tmp_path) == expected


def test_the_scheduler_is_killed_and_the_run_goes_on(alone, tmp_path):
    words, expected = alone
    with Cluster(tmp_path) as cluster:
        cluster.add()
        run = fit(tmp_path, *words, "--scheduler-file", str(cluster.file), str(RECORDING))
        in_the_middle(tmp_path, 0)
        kill(cluster.scheduler)
        out = ended(run, 4)
        assert "is lost" in out
        assert f"--scheduler-file {cluster.file}" in out
        cluster.start_scheduler()
        cluster.add()
        again = ("--resume", str(tmp_path / "run.sqlite"), "--scheduler-file", str(cluster.file))
        ended(fit(tmp_path, *again))
    assert content(tmp_path) == expected


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_the_head_is_interrupted_and_goes_on_without_workers(alone, tmp_path, number):
    words, expected = alone
    with Cluster(tmp_path) as cluster:
        cluster.add()
        run = fit(tmp_path, *words, "--scheduler-file", str(cluster.file), str(RECORDING))
        in_the_middle(tmp_path, 0)
        run.send_signal(number)
        run.wait(15)
        ended(run, 128 + number)
    ended(fit(tmp_path, "--resume", str(tmp_path / "run.sqlite")))
    assert content(tmp_path) == expected


ANOTHER = """
import numpy

numpy.__version__ = "0.1"
import importlib.metadata

real = importlib.metadata.version
importlib.metadata.version = lambda name: "0.1" if name == "numpy" else real(name)
"""


OTHER_CHANNELS = """
import pyneuronautofit.fitting.resumed.identity as identity

real = identity.model_digests
identity.model_digests = lambda source: real(source) | {"mods/TC_iT_Des98.mod": "other"}
"""


def test_others_are_refused_by_their_reasons(tmp_path):
    """Another version; other channels at the same path; neither compiler nor kernel."""
    (tmp_path / "another.py").write_text(ANOTHER)
    (tmp_path / "channels.py").write_text(OTHER_CHANNELS)
    (tmp_path / "empty").mkdir(mode=0o700)
    log = tmp_path / "said"
    with Cluster(tmp_path) as cluster:
        cluster.add("--preload", "another.py")
        cluster.add("--preload", "channels.py")
        # Its mechanisms are compiled by another compiler: what is missing is the kernel's.
        cluster.add(PYNEURONAUTOFIT_CACHE=str(tmp_path / "empty"), CXX="no-such-compiler")
        words = (*FIT, "--workers", cluster.address, "--output", str(tmp_path), str(RECORDING))
        with log.open("w") as stream:
            run = subprocess.Popen(
                [sys.executable, "-m", "pyneuronautofit", *words], stdout=stream, stderr=stream
            )
        try:
            until(lambda: "3 refused" in log.read_text(), "all are refused, and that is said", 600)
            run.send_signal(signal.SIGTERM)
            assert run.wait(30) == 143
        finally:
            run.kill()
            run.wait()
    said = " ".join(log.read_text().split())
    assert "is refused: its numpy is 0.1, and the head's" in said
    assert "is refused: files of the model are others: mods/TC_iT_Des98.mod" in said
    assert "is refused: the batch simulator needs a C++ compiler" in said
    assert "no worker of tcp://127.0.0.1" in said
