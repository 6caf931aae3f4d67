"""Nernst's and the Goldman-Hodgkin-Katz equation as NEURON has them, as expressions.

Concentrations in mM, voltages in mV, currents per permeability in mA/cm2 per cm/s.

Source of the latter: D. E. Goldman, "Potential, impedance, and rectification in membranes", Journal
of General Physiology 27 (1943) 37-60; A. L. Hodgkin, B. Katz, "The effect of sodium ions on the
electrical activity of the giant axon of the squid", Journal of Physiology 108 (1949) 37-77.
"""

from __future__ import annotations

from pyneuronautofit.codegen.ir.graph import Graph
from pyneuronautofit.codegen.ir.node import Node

# CODATA 2018, the values NEURON 9 computes with.
FARADAY = 96485.33212331001
GAS_CONSTANT = 8.31446261815324
_ZERO_DEGC_IN_K = 273.15
# What NEURON returns where one concentration is missing, mV.
_NO_CONCENTRATION_MV = 1e6
# Below, the quotient of `bernoulli` is replaced by its expansion.
_SMALL = 1e-4


def thermal_voltage(graph: Graph, celsius: Node) -> Node:
    """Return R T / F in mV."""
    scale = 1e3 * GAS_CONSTANT / FARADAY
    return graph.combine(scale * _ZERO_DEGC_IN_K, [(scale, celsius)])


def nernst(graph: Graph, inside: Node, outside: Node, valence: Node, celsius: Node) -> Node:
    """Return the reversal potential of an ion, mV."""
    zero = graph.const(0.0)
    logarithm = graph.call("log", graph.divide(outside, inside))
    potential = graph.multiply(
        thermal_voltage(graph, celsius), logarithm, graph.product([(valence, -1)])
    )
    no_outside = graph.compare("<=", outside, zero)
    no_inside = graph.compare("<=", inside, zero)
    usual = graph.select(no_outside, graph.const(-_NO_CONCENTRATION_MV), potential)
    charged = graph.select(no_inside, graph.const(_NO_CONCENTRATION_MV), usual)
    return graph.select(graph.compare("==", valence, zero), zero, charged)


def ghk(  # noqa: PLR0917 - the order is that of NEURON's function
    graph: Graph, voltage: Node, inside: Node, outside: Node, valence: Node, celsius: Node
) -> Node:
    """Return the Goldman-Hodgkin-Katz current per permeability."""
    reduced = graph.divide(graph.multiply(valence, voltage), thermal_voltage(graph, celsius))
    outward = graph.multiply(outside, _bernoulli(graph, reduced))
    inward = graph.multiply(inside, _bernoulli(graph, graph.negate(reduced)))
    flux = graph.multiply(valence, graph.subtract(inward, outward))
    return graph.combine(0.0, [(1e-3 * FARADAY, flux)])


def _bernoulli(graph: Graph, x: Node) -> Node:
    """Return x / (exp(x) - 1)."""
    small = graph.compare("<", graph.call("fabs", x), graph.const(_SMALL))
    grown = graph.combine(-1.0, [(1.0, graph.call("exp", x))])
    expanded = graph.combine(1.0, [(-0.5, x)])
    return graph.select(small, expanded, graph.divide(x, grown))
