"""Functions compiled by numba: numbers as in arrays, and where the machine code is kept."""

from __future__ import annotations

import logging
import sys

import numpy as np
import pytest

from pyneuronautofit._native import compiling, deferred
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
    assert record.getMessage() == (
        "double is compiled anew in every process: no locator available for file"
    )


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
