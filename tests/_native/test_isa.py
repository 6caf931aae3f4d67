"""What a process computes with, and that it is what was asked for."""

from __future__ import annotations

import json
import os
import platform
import subprocess
import sys

import pytest

from pyneuronautofit._native import isa
from pyneuronautofit.errors import UsageError

HERE = isa._abilities()
ON_X86 = pytest.mark.skipif(
    not set(isa.LEVELS["x86-64-v3"]) <= HERE, reason="this CPU has no level above the first ones"
)
#: Says what a process computes with, having made sure of it.
ASK = """
import json, sys
from pyneuronautofit._native import isa
isa.require(sys.argv[1])
import numba, numpy as np
features, choices = isa._numpy_features()
print(json.dumps({
    "with": isa.computing_with(), "processor": isa.processor_name(),
    "numpy": [name for name in choices if features[name]],
    "numba": [numba.config.CPU_NAME, numba.config.CPU_FEATURES],
}))
"""


@pytest.fixture(autouse=True)
def outside(monkeypatch):
    """Whatever these tests were started with is not theirs."""
    for name in isa._ALL:
        monkeypatch.delenv(name, raising=False)


def started(level, asked=None):
    """Start a process for a level and ask it what it computes with."""
    environment = {**os.environ, **isa.environment_for(level)}
    return subprocess.run(
        [sys.executable, "-c", ASK, asked or level], check=False, capture_output=True, text=True,
        env={name: value for name, value in environment.items() if value is not None},
    )  # fmt: skip


@ON_X86
def test_a_process_that_was_started_for_a_level_computes_with_it():
    done = started("x86-64-v3")
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert found["with"] == found["processor"] == "x86-64-v3"
    assert [name for name in found["numpy"] if name.startswith(("AVX512", "X86_V4"))] == []
    name, features = found["numba"]
    assert name == "x86-64-v3"
    assert "avx512" not in features
    assert "+fma" in features


@ON_X86
def test_one_that_was_not_is_told_how_it_has_to_be(monkeypatch):
    with pytest.raises(isa.AnotherLevelError, match="started for the CPU itself") as caught:
        isa.require("x86-64-v3")
    wanted = caught.value.environment
    assert wanted == isa.environment_for("x86-64-v3")
    assert "OPENBLAS_CORETYPE='Haswell'" in str(caught.value)
    # The name alone changes nothing in what numpy has chosen.
    monkeypatch.setenv(isa.VARIABLE, "x86-64-v3")
    with pytest.raises(isa.AnotherLevelError, match="is not that of this level"):
        isa.require("x86-64-v3")


@ON_X86
def test_the_processor_itself_is_another_level(monkeypatch):
    isa.require("native")
    monkeypatch.setenv(isa.VARIABLE, "x86-64-v3")
    monkeypatch.setenv("OPENBLAS_CORETYPE", "Haswell")
    with pytest.raises(isa.AnotherLevelError, match=r"--isa native: .* for x86-64-v3") as caught:
        isa.require("native")
    assert set(caught.value.environment) == set(isa._ALL)
    assert set(caught.value.environment.values()) == {None}


@pytest.mark.parametrize(
    ("level", "lacks", "said"),
    [
        ("x86-64-v4", "avx512", "this CPU has no AVX-512 (x86-64-v4 needs avx512f, avx512bw"),
        ("x86-64-v3", "avx2", "this CPU has no AVX2 and what belongs to it (x86-64-v3 needs avx2)"),
    ],
)
def test_what_the_cpu_lacks_is_refused(level, lacks, said, monkeypatch):
    everything = isa.LEVELS["x86-64-v4"]
    there = frozenset(name for name in everything if not name.startswith(lacks))
    monkeypatch.setattr(platform, "machine", lambda: "x86_64")
    monkeypatch.setattr(isa, "_abilities", lambda: there)
    with pytest.raises(UsageError) as caught:
        isa.require(level)
    assert not isinstance(caught.value, isa.AnotherLevelError)
    assert said in str(caught.value)
    assert ("Choose x86-64-v3, which it has" in str(caught.value)) == (level == "x86-64-v4")


def test_another_architecture_is_refused(monkeypatch):
    monkeypatch.setattr(platform, "machine", lambda: "aarch64")
    with pytest.raises(UsageError, match=r"another kind \(aarch64\): leave it out"):
        isa.require("x86-64-v3")
    isa.require("native")


def test_the_abilities_that_linux_names_are_the_same(monkeypatch):
    def fail(_name):
        raise ImportError

    if sys.platform != "linux" or platform.machine() != "x86_64":
        pytest.skip("the names are those of Linux on x86-64")
    monkeypatch.setattr(isa, "import_module", fail)
    wanted = set(isa.LEVELS["x86-64-v4"])
    assert isa._abilities() & wanted == HERE & wanted


def test_a_level_that_is_none(monkeypatch):
    monkeypatch.setenv(isa.VARIABLE, "x86-64-v9")
    with pytest.raises(UsageError, match="is 'x86-64-v9': expected one of x86-64-v3, x86-64-v4"):
        isa.computing_with()


def test_what_a_process_computes_with(monkeypatch):
    assert isa.computing_with() == isa.cpu_description()
    assert isa.processor_name() not in isa.LEVELS
    monkeypatch.setenv(isa.VARIABLE, "x86-64-v4")
    assert isa.computing_with() == isa.processor_name() == "x86-64-v4"


@ON_X86
def test_numpy_is_not_told_of_what_the_cpu_does_not_have(monkeypatch):
    features = {"X86_V3": True, "X86_V4": True, "AVX512_ICL": True, "AVX512_SPR": False}
    monkeypatch.setattr(isa, "_numpy_features", lambda: (features, tuple(features)))
    three, four = (isa.environment_for(f"x86-64-v{n}") for n in (3, 4))
    assert three["NPY_DISABLE_CPU_FEATURES"] == "X86_V4 AVX512_ICL"
    assert four["NPY_DISABLE_CPU_FEATURES"] == "AVX512_ICL"
    # Older versions name the parts.
    older = dict.fromkeys(("AVX2", "AVX512F", "AVX512CD", "AVX512_SKX", "AVX512_CNL"), True)
    monkeypatch.setattr(isa, "_numpy_features", lambda: (older, tuple(older)))
    assert isa.environment_for("x86-64-v4")["NPY_DISABLE_CPU_FEATURES"] == "AVX512_CNL"
    # What was disabled already is not to come back.
    monkeypatch.setenv("NPY_DISABLE_CPU_FEATURES", "AVX512_CNL")
    older["AVX512_CNL"] = False
    assert isa.environment_for("x86-64-v4")["NPY_DISABLE_CPU_FEATURES"] == "AVX512_CNL"


@pytest.mark.parametrize(
    ("library", "said"),
    [
        ({"internal_api": "mkl"}, "the linear algebra of this Python is mkl"),
        ({"internal_api": "openblas", "architecture": "Prescott", "filepath": "b.so"},
         r"OpenBLAS \(b.so\) computes for Prescott"),
    ],
)  # fmt: skip
def test_libraries_that_choose_for_themselves_are_refused(library, said, monkeypatch):
    import threadpoolctl

    found = [{"user_api": "blas", **library}]
    monkeypatch.setattr(threadpoolctl, "threadpool_info", lambda: found)
    with pytest.raises(UsageError, match=said):
        isa._refuse_other_libraries("x86-64-v3")


@pytest.mark.parametrize(
    ("environment", "said"),
    [
        ({"A": "b", "C": "d"}, "Start it with A='b', C='d' in its environment"),
        ({"GIVEN": None, "NOT_GIVEN": None}, "Start it without GIVEN in its environment"),
        ({"A": "b", "GIVEN": None}, "Start it with A='b' and without GIVEN in its environment"),
    ],
)
def test_it_is_said_what_a_process_is_started_with(monkeypatch, environment, said):
    monkeypatch.setenv("GIVEN", "1")
    monkeypatch.delenv("NOT_GIVEN", raising=False)
    assert said in str(isa.AnotherLevelError("native", environment, "why"))
