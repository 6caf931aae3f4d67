"""Functions compiled by numba: numbers as in arrays, and where the machine code is kept."""

from __future__ import annotations

import logging
import os
import pickle
import subprocess
import sys

import numpy as np
import pytest

from pyneuronautofit._native import compiling, deferred, sealed
from pyneuronautofit._native.compiling import compiled

MODULE = """
import numpy as np
from pyneuronautofit._native.compiling import compiled

@compiled
def quotient(a, b):
    return a / b

@compiled
def total(values):
    sum = 0.0
    for value in values:
        sum += value
    return sum

@compiled
def has_nan(values):
    for value in values:
        if value != value:
            return True
    return False
"""


@pytest.fixture
def made(tmp_path, monkeypatch):
    """A module of compiled functions in a folder of its own."""
    monkeypatch.syspath_prepend(str(tmp_path))
    (tmp_path / "compiled_here.py").write_text(MODULE)
    yield deferred("compiled_here")
    sys.modules.pop("compiled_here", None)


def test_a_quotient_by_zero_is_that_of_arrays(made):
    assert made.quotient(1.0, 0.0) == np.inf
    assert np.isnan(made.quotient(0.0, 0.0))


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_what_is_not_finite_survives_a_sum_in_lanes(made, bad):
    values = np.ones(1000)
    values[500] = bad
    assert repr(float(made.total(values))) == repr(float(bad))
    assert made.total(np.arange(1000.0)) == 499_500.0
    assert made.has_nan(values) == np.isnan(bad)


def test_machine_code_is_kept_beside_the_source(made, tmp_path):
    made.quotient(1.0, 2.0)
    assert list((tmp_path / "__pycache__").glob("compiled_here.quotient*.nbc"))


def test_other_threads_go_on_meanwhile(made):
    """It has no other sign than this that could be seen without a clock."""
    assert made.quotient.targetoptions["nogil"] is True


def test_where_nothing_can_be_kept_it_is_compiled_anew(monkeypatch, caplog):
    caplog.set_level(logging.INFO)

    def refuse(_function):
        raise RuntimeError("no locator available for file")

    monkeypatch.setattr(compiling, "_Cache", refuse)

    def double(x):
        return 2.0 * x

    assert compiled(double)(3.0) == 6.0
    (record,) = caplog.records
    said = record.getMessage()
    assert said == "double is compiled anew in every process: no locator available for file"


def test_a_module_is_imported_when_it_is_first_used(tmp_path, monkeypatch):
    monkeypatch.syspath_prepend(str(tmp_path))
    (tmp_path / "rarely_used.py").write_text("answer = 42\n")
    stand_in = deferred("rarely_used")
    assert "rarely_used" not in sys.modules
    assert stand_in.answer == 42
    assert "rarely_used" in sys.modules
    with pytest.raises(AttributeError, match="question"):
        _ = stand_in.question
    sys.modules.pop("rarely_used")


# --- files that are not what was written

LOOP = """
from pyneuronautofit._native.compiling import compiled

@compiled
def doubled(x: float) -> float:
    return x + x

"""
RUN = "import loop; print(loop.doubled(21.0), sum(loop.doubled.stats.cache_hits.values()))"


class Evil:
    """Says that it was unpickled."""

    def __reduce__(self):
        return (os.mkdir, ("executed",))


@pytest.fixture
def run(tmp_path):
    """Runs the loop in a process; returns the result, and how often the cache had it."""
    (tmp_path / "loop.py").write_text(LOOP)
    paths = os.pathsep.join([str(tmp_path), *sys.path])

    def once():
        done = subprocess.run(
            [sys.executable, "-c", RUN],
            cwd=tmp_path, env={**os.environ, "PYTHONPATH": paths},
            capture_output=True, text=True, check=True, timeout=120,
        )  # fmt: skip
        return done.stdout

    assert once() == "42.0 0\n"
    assert once() == "42.0 1\n"
    return once


def kept(tmp_path, suffix):
    (path,) = (tmp_path / "__pycache__").glob(f"loop.doubled-*{suffix}")
    return path


# A process or two each; by day those that could do harm, and one that is merely broken.
BY_DAY = {("pickle", ".nbc"), ("open", ".nbi"), ("bit", ".nbi")}
DAMAGES = [
    pytest.param(how, suffix, marks=() if (how, suffix) in BY_DAY else pytest.mark.nightly)
    for how in ("cut off", "empty", "garbage", "pickle", "bit", "open", "swapped")
    for suffix in (".nbi", ".nbc")
]


@pytest.mark.parametrize(("how", "suffix"), DAMAGES)
def test_what_is_not_as_it_was_is_compiled_anew(run, tmp_path, suffix, how):
    path = kept(tmp_path, suffix)
    content = path.read_bytes()
    match how:
        case "cut off":
            path.write_bytes(content[: len(content) // 2])
        case "empty":
            path.write_bytes(b"")
        case "garbage":
            path.write_bytes(os.urandom(len(content)))
        case "pickle":
            path.write_bytes(pickle.dumps(Evil()))
        case "bit":
            place = len(content) // 2
            path.write_bytes(content[:place] + bytes([content[place] ^ 4]) + content[place + 1 :])
        case "open":
            path.chmod(0o666)
        case "swapped":
            path.write_bytes(kept(tmp_path, ".nbc" if suffix == ".nbi" else ".nbi").read_bytes())
    assert run() == "42.0 0\n"
    assert run() == "42.0 1\n"
    assert not (tmp_path / "executed").exists()


def test_a_full_disk_costs_the_cache_alone(monkeypatch, tmp_path, caplog):
    def full(*_words, **_more):
        raise OSError(28, "No space left on device")

    monkeypatch.syspath_prepend(tmp_path)
    (tmp_path / "full_loop.py").write_text(LOOP)
    monkeypatch.setattr(sealed, "put_in_place", full)
    caplog.set_level("INFO", logger=compiling.__name__)
    import full_loop

    assert full_loop.doubled(21.0) == 42.0
    assert "what was compiled cannot be kept in" in caplog.text
    assert "No space left on device" in caplog.text


LOADED = """
import sys
import numpy as np
import compiled_here as here

assert here.quotient(1.0, 4.0) == 0.25
assert here.total(np.arange(5.0)) == 10.0
print("numba.np.linalg" in sys.modules)
print(here.total(np.arange(5)), here.quotient(1, 0))
"""


@pytest.mark.skipif(not compiling._IS_KNOWN, reason="another version of numba loads all of itself")
def test_what_is_compiled_is_loaded_without_the_compiler(tmp_path):
    """And what is not, is compiled behind it: total of whole numbers, in the last line."""
    (tmp_path / "compiled_here.py").write_text(MODULE)

    def run():
        return subprocess.run(
            [sys.executable, "-c", LOADED], cwd=tmp_path, check=True,
            capture_output=True, text=True, env={**os.environ, "PYTHONPATH": str(tmp_path)},
        ).stdout.split()  # fmt: skip

    assert run() == ["True", "10.0", "inf"]
    # All of it is there by now.
    assert run() == ["False", "10.0", "inf"]
    for kept in (tmp_path / "__pycache__").glob("compiled_here.quotient*.nbi"):
        kept.unlink()
    assert run() == ["True", "10.0", "inf"]
