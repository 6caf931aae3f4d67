"""Nernst's and the Goldman-Hodgkin-Katz equation, against the textbook in numpy."""

from __future__ import annotations

import mpmath
import numpy as np
import pytest

from pyneuronautofit.codegen.equations.physics import ghk, nernst, thermal_voltage
from pyneuronautofit.codegen.ir.evaluate import evaluate
from pyneuronautofit.codegen.ir.graph import Graph

# CODATA 2018, which fixes both by definition.
FARADAY_C_PER_MOL, GAS_J_PER_K_MOL = 96485.33212331, 8.31446261815324


def called(function, **values):
    """Return what an equation gives for numbers, which may be arrays."""
    graph = Graph(lambda _name: True)
    node = function(graph, *(graph.input((name,)) for name in values))
    (found,) = evaluate([node], {(name,): value for name, value in values.items()})
    return found


def test_the_thermal_voltage_is_25_mV_at_room_temperature():
    kelvin = 293.15
    assert called(thermal_voltage, celsius=20.0) == pytest.approx(
        1e3 * GAS_J_PER_K_MOL * kelvin / FARADAY_C_PER_MOL, rel=1e-12
    )
    assert called(thermal_voltage, celsius=20.0) == pytest.approx(25.26, abs=0.005)


@pytest.mark.parametrize(
    ("inside", "outside", "valence", "celsius"),
    [(1e-4, 2.0, 2.0, 34.0), (140.0, 4.0, 1.0, 6.3), (10.0, 110.0, -1.0, 37.0)],
)
def test_the_reversal_potential_of_an_ion(inside, outside, valence, celsius):
    kelvin = celsius + 273.15
    wanted = 1e3 * GAS_J_PER_K_MOL * kelvin / (valence * FARADAY_C_PER_MOL)
    found = called(nernst, inside=inside, outside=outside, valence=valence, celsius=celsius)
    assert found == pytest.approx(wanted * np.log(outside / inside), rel=1e-12)


@pytest.mark.parametrize(
    ("inside", "outside", "valence", "wanted"),
    [
        (0.0, 2.0, 2.0, 1e6),
        (-1.0, 2.0, 2.0, 1e6),
        (1.0, 0.0, 2.0, -1e6),
        (1.0, -2.0, 2.0, -1e6),
        (0.0, 0.0, 2.0, 1e6),
        (1.0, 2.0, 0.0, 0.0),
    ],
)
def test_what_neuron_gives_where_the_equation_has_no_value(inside, outside, valence, wanted):
    found = called(nernst, inside=inside, outside=outside, valence=valence, celsius=30.0)
    assert found == wanted


def exact_ghk(voltage, inside, outside, valence, celsius):
    """Return P z F u (ci - co exp(-u)) / (1 - exp(-u)) with many digits, for P = 1."""
    with mpmath.workdps(40):
        kelvin = mpmath.mpf(celsius) + mpmath.mpf("273.15")
        u = valence * mpmath.mpf(voltage) * mpmath.mpf(FARADAY_C_PER_MOL) / (
            1000 * mpmath.mpf(GAS_J_PER_K_MOL) * kelvin
        )  # fmt: skip
        flux = u * (inside - outside * mpmath.exp(-u)) / (1 - mpmath.exp(-u))
        # mM are mol/m3: mA/cm2 per cm/s.
        return float(mpmath.mpf("1e-3") * valence * mpmath.mpf(FARADAY_C_PER_MOL) * flux)


@pytest.mark.parametrize("voltage", [-120.0, -65.0, -1.0, 0.02, 3.0, 60.0])
def test_the_current_of_a_permeability(voltage):
    found = called(ghk, voltage=voltage, inside=1e-4, outside=2.0, valence=2.0, celsius=34.0)
    assert found == pytest.approx(exact_ghk(voltage, 1e-4, 2.0, 2, 34.0), rel=1e-9)


@pytest.mark.parametrize("voltage", [-1e-3, 1e-9, 1.7e-7, 1e-3, 1.3e-3])
def test_near_zero_it_is_continuous(voltage):
    """The quotient there is replaced by its expansion, which is wrong by x^2/12."""
    found = called(ghk, voltage=voltage, inside=0.5, outside=2.0, valence=2.0, celsius=34.0)
    assert found == pytest.approx(exact_ghk(voltage, 0.5, 2.0, 2, 34.0), rel=2e-9)


def test_at_zero_it_is_the_difference_of_the_concentrations():
    found = called(ghk, voltage=0.0, inside=0.5, outside=2.0, valence=2.0, celsius=34.0)
    assert found == pytest.approx(1e-3 * FARADAY_C_PER_MOL * 2.0 * (0.5 - 2.0), rel=1e-12)


def test_no_current_flows_at_the_reversal_potential():
    given = {"inside": 0.5, "outside": 2.0, "valence": 2.0, "celsius": 34.0}
    at = called(nernst, **given)
    assert called(ghk, voltage=at, **given) == pytest.approx(0.0, abs=1e-10)
    assert called(ghk, voltage=at + 1.0, **given) > 0.0, "outward above it"
