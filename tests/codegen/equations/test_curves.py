"""FUNCTION_TABLE in numbers, against numpy's interpolation."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from codegen.written import read
from pyneuronautofit.codegen.equations.curves import look_up
from pyneuronautofit.codegen.equations.execute import Executor
from pyneuronautofit.codegen.equations.names import Before
from pyneuronautofit.codegen.ir.evaluate import evaluate
from pyneuronautofit.codegen.ir.graph import Graph
from pyneuronautofit.codegen.kinds import Curve
from pyneuronautofit.errors import UnsupportedModel

TEXT = "FUNCTION_TABLE f(x)\nFUNCTION_TABLE g(x, y)\nASSIGNED { a }\nBREAKPOINT { a = f(v) }"
CURVES = {
    "uneven": Curve((-80.0, -60.0, -59.9, 20.0, 50.0), (1e-4, 0.3, 0.9, 0.9, -5.0)),
    "long": Curve(tuple(np.linspace(-100.0, 100.0, 201)), tuple(np.sin(np.arange(201.0)))),
    "one": Curve((0.0,), (7.5,)),
}
X = np.concatenate([np.linspace(-120.0, 120.0, 4001), [-1e9, 1e9, -80.0, 50.0, -59.95]])


@pytest.fixture
def executor(tmp_path):
    """Return a function: curves -> an executor of a mechanism that has them."""

    def make(curves):
        mechanism = replace(read(tmp_path, TEXT), curves=curves)
        graph = Graph(lambda _name: True)
        return Executor(graph, mechanism, Before(graph, mechanism))

    return make


@pytest.mark.parametrize("name", CURVES)
def test_straight_lines_between_the_points_and_constant_outside(executor, name):
    curve = CURVES[name]
    made = executor({"f": curve})
    node = look_up(made, "f", [made.graph.input(("x",))])
    (found,) = evaluate([node], {("x",): X})
    wanted = np.interp(X, curve.arguments, curve.values)
    np.testing.assert_allclose(found * np.ones_like(X), wanted, rtol=0, atol=1e-13 * 200)


def test_a_call_in_a_block(executor):
    made = executor({"f": CURVES["uneven"]})
    made.run(made.mechanism.breakpoint)
    (found,) = evaluate([made.values["a"]], {("mechanism", made.mechanism.suffix, "v"): -70.0})
    assert found == pytest.approx(0.15005, rel=1e-12)


def test_what_is_refused(executor):
    made = executor({"g": CURVES["one"]})
    x = made.graph.input(("x",))
    with pytest.raises(UnsupportedModel, match=r"FUNCTION_TABLE g .*several arguments"):
        look_up(made, "g", [x, x])
    with pytest.raises(UnsupportedModel, match=r"FUNCTION_TABLE f .*nothing is known"):
        look_up(made, "f", [x])
