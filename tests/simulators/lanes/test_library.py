"""Kernels are generated and compiled at first use, and kept; with a writer made up here."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import ClassVar

import pytest

from pyneuronautofit._native import artifacts
from pyneuronautofit.codegen.compile import KernelBuildError, write_sidecar
from pyneuronautofit.codegen.generate import GeneratedKernel
from pyneuronautofit.codegen.kinds import NodeKind, NodeVariable
from pyneuronautofit.errors import UnsupportedModel
from pyneuronautofit.simulators import RunStatus
from pyneuronautofit.simulators.lanes import library
from pyneuronautofit.simulators.lanes.library import KernelLibrary, kernel_writer
from pyneuronautofit.simulators.processes.pool import Outcome

LEAK, CHANNEL = NodeKind(("pas",), ()), NodeKind(("hh",), ())
VARIABLES = {
    LEAK: tuple(NodeVariable("mechanism", "pas", name, None) for name in ("g", "e")),
    CHANNEL: (NodeVariable("mechanism", "hh", "gnabar", None),),
}
STATES = {LEAK: (), CHANNEL: ((("mechanism", "hh", "m"), True),)}


class Opened:
    """What opens a library: it only remembers which."""

    target: ClassVar[str] = "probe"

    def __init__(self, path):
        self.path = path


@pytest.fixture(autouse=True)
def own_cache(tmp_path, monkeypatch):
    monkeypatch.setenv("PYNEURONAUTOFIT_CACHE", str(tmp_path / "cache"))
    (tmp_path / "cache" / "kernels").mkdir(parents=True)


@pytest.fixture
def log(monkeypatch):
    """What was generated and compiled, in order."""
    done = []

    def write(task):
        done.append(("generated", task))
        return GeneratedKernel(
            f"source of {len(task.kinds)}",
            tuple(VARIABLES.get(kind, ()) for kind in task.kinds),
            tuple(STATES.get(kind, ()) for kind in task.kinds),
        )

    def compiled(source, *, precision, stop):
        assert not stop.is_set()
        done.append(("compiled", source, precision))
        return Path(f"{source}.so")

    monkeypatch.setattr(library, "kernel_writer", lambda _mods, _stop: write)
    # Where the equations of these kinds are is no matter here.
    monkeypatch.setattr(library, "source_key", lambda task, _mods: f"{abs(hash(repr(task)))}")
    monkeypatch.setattr(library, "compile_kernel", compiled)
    return done


def words(log):
    return [each[0] for each in log]


def test_a_kernel_is_made_when_it_is_wanted(log):
    kernels = KernelLibrary(None, Opened, "single", receiving="Syn")
    assert log == []
    loaded = kernels.kernel_for([LEAK, CHANNEL])
    task = log[0][1]
    assert (task.precision, task.target, task.receiving) == ("single", "probe", "Syn")
    assert log[1] == ("compiled", "source of 2", "single")
    assert loaded.kernel.path == Path("source of 2.so")
    assert loaded.numbers == {kind: number for number, kind in enumerate(task.kinds)}
    assert loaded.variables == VARIABLES
    assert loaded.states == STATES
    assert loaded.sizes == {LEAK: 2, CHANNEL: 1}


def test_kinds_are_numbered_in_an_order_of_their_own_whoever_asks(log):
    kinds = [NodeKind((name,), ()) for name in "gfedcba"]
    for given in (kinds, kinds[::-1]):
        KernelLibrary(None, Opened).kernel_for(given)
    (task,) = (each[1] for each in log if each[0] == "generated")
    assert [kind.mechanisms[0] for kind in task.kinds] == list("abcdefg")


def test_it_is_the_same_for_the_same_kinds(log):
    kernels = KernelLibrary(None, Opened)
    first = kernels.kernel_for([LEAK, CHANNEL])
    assert kernels.kernel_for((CHANNEL, LEAK, LEAK)) is first
    assert kernels.kernel_for([LEAK]) is not first
    assert words(log) == ["generated", "compiled"] * 2


def test_a_library_is_known_by_what_it_was_compiled_to(log, tmp_path, monkeypatch):
    for content in (b"one", b"other"):
        (tmp_path / "it.so").write_bytes(content)
        monkeypatch.setattr(library, "compile_kernel", lambda *_a, **_k: tmp_path / "it.so")
        kernels = KernelLibrary(None, Opened)
        assert kernels.digests == {}
        loaded = kernels.kernel_for([LEAK])
        assert kernels.digests == {loaded.key: hashlib.sha256(content).hexdigest()}


def test_what_was_generated_is_known_at_the_next_start(log, monkeypatch):
    first = KernelLibrary(None, Opened).kernel_for([LEAK, CHANNEL])
    log.clear()
    monkeypatch.setattr(library, "write_sidecar", lambda *_a: pytest.fail("it is there"))
    again = KernelLibrary(None, Opened).kernel_for([LEAK, CHANNEL])
    assert words(log) == ["compiled"]
    assert (again.key, again.numbers) == (first.key, first.numbers)
    assert (again.variables, again.states) == (first.variables, first.states)
    assert log == [("compiled", "source of 2", "double")]


@pytest.mark.parametrize(
    "options", [{"precision": "single"}, {"receiving": "Syn"}], ids=lambda o: next(iter(o))
)
def test_for_something_else_it_is_another(log, options):
    first = KernelLibrary(None, Opened).kernel_for([LEAK])
    other = KernelLibrary(None, Opened, **options).kernel_for([LEAK])
    assert words(log) == ["generated", "compiled"] * 2
    assert first.key != other.key


@pytest.mark.parametrize(
    "damage",
    [
        lambda facts: {},
        lambda facts: facts | {"variables": [[{"nothing": 1}]]},
        lambda facts: facts | {"variables": facts["variables"][:1]},
        lambda facts: facts | {"states": 7},
        lambda facts: [facts],
    ],
)
def test_what_cannot_be_used_is_made_anew(log, damage):
    first = KernelLibrary(None, Opened).kernel_for([LEAK, CHANNEL])
    sidecar = artifacts.cache_folder("kernels") / f"{first.key}.json"
    # Whole, and sealed, but of another version.
    write_sidecar(sidecar, damage(json.loads(sidecar.read_text())["facts"]))
    log.clear()
    KernelLibrary(None, Opened).kernel_for([LEAK, CHANNEL])
    assert words(log) == ["generated", "compiled"]


def test_the_plan_is_of_all_that_has_been_loaded(log):
    kernels = KernelLibrary(None, Opened)
    assert kernels.plan == {}
    assert kernels.keys == ()
    kernels.kernel_for([LEAK])
    assert kernels.plan == {LEAK: VARIABLES[LEAK]}
    kernels.kernel_for([LEAK, CHANNEL])
    assert kernels.plan == VARIABLES
    assert len(kernels.keys) == 2
    assert list(kernels.keys) == sorted(kernels.keys)


def test_what_failed_is_tried_again(log, monkeypatch):
    kernels = KernelLibrary(None, Opened)

    def fail(*_args, **_options):
        raise KernelBuildError("no")

    with monkeypatch.context() as patch:
        patch.setattr(library, "compile_kernel", fail)
        with pytest.raises(KernelBuildError):
            kernels.kernel_for([LEAK])
    assert kernels.plan == {}
    assert kernels.kernel_for([LEAK]).sizes == {LEAK: 2}


def test_what_is_being_made_is_given_up(monkeypatch):
    """By whoever closes the simulator, while a thread waits for the compiler."""
    given = []

    def writer(_mods, stop):
        given.append(stop)
        return lambda _task: GeneratedKernel("source", ((),), ())

    def compiled(_source, *, precision, stop):
        given.append(stop)
        raise KernelBuildError

    monkeypatch.setattr(library, "kernel_writer", writer)
    monkeypatch.setattr(library, "source_key", lambda _task, _mods: "key")
    monkeypatch.setattr(library, "compile_kernel", compiled)
    kernels = KernelLibrary(None, Opened)
    with pytest.raises(KernelBuildError):
        kernels.kernel_for([LEAK])
    assert [stop.is_set() for stop in given] == [False, False]
    kernels.abandon()
    assert [stop.is_set() for stop in given] == [True, True]


# --- who writes sources


class Pool:
    """A pool of one worker that gives an answer made up here."""

    closed = 0

    def __init__(self, answer, message=""):
        self._answer, self._message = answer, message

    def __call__(self, job, n_worker, time_limit_s, tasks_per_worker, stop):
        assert (n_worker, tasks_per_worker, stop) == (1, 1, None)
        assert time_limit_s >= 600.0
        assert job.setup == Path("mods")
        return self

    def map(self, tasks):
        assert tasks == ["task"]
        status = RunStatus.OK if self._answer is not None else RunStatus.CRASHED
        yield Outcome(0, status, self._message, self._answer, 1.0)

    def close(self):
        self.closed += 1


def test_a_source_is_written_by_a_process_of_its_own(monkeypatch):
    answer = GeneratedKernel("source", ())
    pool = Pool(answer)
    monkeypatch.setattr(library, "WorkerPool", pool)
    assert kernel_writer(Path("mods"))("task") is answer
    assert pool.closed == 1


@pytest.mark.parametrize(
    ("answer", "message", "error", "said"),
    [
        (UnsupportedModel("POINTER"), "", UnsupportedModel, "^POINTER$"),
        (None, "signal 9", KernelBuildError, r"not be written \(signal 9\)\. Use --simulator neu"),
    ],
)
def test_what_goes_wrong_there_is_raised_here(monkeypatch, answer, message, error, said):
    pool = Pool(answer, message)
    monkeypatch.setattr(library, "WorkerPool", pool)
    with pytest.raises(error, match=said):
        kernel_writer(Path("mods"))("task")
    assert pool.closed == 1
