"""Models of BluePyOpt, and what is refused of them."""

from __future__ import annotations

import math
import re

import pytest

from importers.foreign import BLUEPYOPT_MECHANISMS, BLUEPYOPT_PARAMETERS, write_bluepyopt
from pyneuronautofit.errors import ModelError
from pyneuronautofit.importers.bluepyopt import distribution, import_bluepyopt, is_bluepyopt
from pyneuronautofit.importers.project import ImportSettings


def test_what_is_searched_and_what_is_fixed(tmp_path):
    path = write_bluepyopt(tmp_path / "model")
    assert is_bluepyopt(path)
    assert is_bluepyopt(path / "config")
    found = import_bluepyopt(path, ImportSettings())
    assert found.rows == [
        ("all[*].g_pas", "lin", 1e-5, 1e-4),
        ("apic[*](*).gbar_tih", "lin", 1e-6, 1e-4),
        ("soma[*].gbar_tverb", "lin", 0.001, 0.1),
    ]
    assert list(found.profiles) == ["apic[*](*).gbar_tih"]
    assert found.temperature_degC == 34.0
    assert [mod.stem for mod in found.mods] == ["tih", "tkm", "tna8", "tverb"]
    assert "section.e_pas = -75" in found.body
    assert any("v_init = -65 mV is not used" in note for note in found.notes)


@pytest.mark.parametrize(
    ("text", "at_100"),
    [
        ("(-0.8696 + 2.087*math.exp((x)*0.0031))*value", -0.8696 + 2.087 * math.exp(0.31)),
        ("value*exp(x*-0.01)", math.exp(-1.0)),
        ("value", 1.0),
        ("(1 - x/1000) * value * 2", 1.8),
        ("(x**2 + 1)*value", 10001.0),
    ],
)
def test_distributions(text, at_100):
    made = distribution("here", text)
    # Of what this module has checked itself, and in the test alone.
    assert eval(made, {"math": math, "x": 100.0}) == pytest.approx(at_100)  # noqa: S307


@pytest.mark.parametrize(
    "text",
    [
        "__import__('os').system('true')*value",
        "x.__class__*value",
        "open(x)*value",
        "(lambda: 1)()*value",
        "[1][0]*value",
        "exp(x, 2)*value",
        "value + x",
        "value*value",
        "x",
        "f'{x}'*value",
        "(x if x else 1)*value",
        "value*(",
        "math.exp(value)*x",
        "value*9**9**9**9",
        "value*2**x",
    ],
)
def test_what_is_no_formula_is_refused(text):
    with pytest.raises(ModelError, match="here: the distribution"):
        distribution("here", text)


def changed(**changes):
    """Return parameters, of which one has something else."""
    return [{**BLUEPYOPT_PARAMETERS[-2], **changes}, *BLUEPYOPT_PARAMETERS[:-2]]


@pytest.mark.parametrize(
    ("parameters", "mechanisms", "message"),
    [
        ({"a": 1}, BLUEPYOPT_MECHANISMS, "expected a list of parameters"),
        ([{"sectionlist": "all"}], BLUEPYOPT_MECHANISMS, "parameter 0 has no 'param_name'"),
        (changed(param_name="g; x"), BLUEPYOPT_MECHANISMS, "'g; x', which is no name of NEURON's"),
        (changed(sectionlist="tuft"), BLUEPYOPT_MECHANISMS, "section list 'tuft' is not known"),
        (changed(bounds=[1]), BLUEPYOPT_MECHANISMS, "expected as 'bounds' two numbers, found [1]"),
        (changed(bounds=["a", 2]), BLUEPYOPT_MECHANISMS, "expected as 'bounds' a finite number"),
        (changed(bounds=[1, 10**400]), BLUEPYOPT_MECHANISMS, "expected as 'bounds' a finite"),
        (changed(bounds=[1, float("nan")]), BLUEPYOPT_MECHANISMS, "expected as 'bounds' a finite"),
        (BLUEPYOPT_PARAMETERS[:4], BLUEPYOPT_MECHANISMS, "there is nothing to search"),
        (BLUEPYOPT_PARAMETERS, ["pas"], "expected an object of lists of mechanisms"),
        (BLUEPYOPT_PARAMETERS, {"all": ["gone"]}, "uses gone, whose .mod files are not in"),
    ],
)
def test_mistakes(tmp_path, parameters, mechanisms, message):
    path = write_bluepyopt(tmp_path / "model", parameters, mechanisms)
    with pytest.raises(ModelError, match=re.escape(message)):
        import_bluepyopt(path, ImportSettings())
