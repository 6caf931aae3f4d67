"""The formulas of an adaptive step, against integrations in numpy and scipy."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.integrate import solve_ivp
from scipy.linalg import expm

from codegen.schemes.stepped import CA, V_LATE, V_MIDDLE, H, Stepped, V, mod
from pyneuronautofit.codegen.equations.names import VOLTAGE
from pyneuronautofit.codegen.ir.evaluate import evaluate
from pyneuronautofit.codegen.schemes.adaptive_step import MIDDLE


@pytest.fixture
def stepped(tmp_path):
    """Return a function: texts of .mod files -> their program."""
    return lambda *texts, **options: Stepped(tmp_path, *texts, **options)


GATE = mod(
    "SOLVE d METHOD cnexp",
    more="DERIVATIVE d { m' = (1 / (1 + exp(-(v + 40) / 8)) - m) / (2 + exp(v / 30)) }",
)


def gate(v):
    """Return steady state, and rate in 1/ms, of the gate above."""
    return 1.0 / (1.0 + np.exp(-(v + 40.0) / 8.0)), 1.0 / (2.0 + np.exp(v / 30.0))


# --- gates


def test_a_gate_relaxes_exactly_at_constant_voltage(stepped):
    inf, rate = gate(V_MIDDLE)
    end, past, _current, _following = stepped(GATE).step({"m": 0.2})
    assert end["m"] == pytest.approx(inf + (0.2 - inf) * np.exp(-H * rate), rel=1e-13)
    assert past["m"] == pytest.approx(inf, rel=1e-13)


@pytest.mark.parametrize(("h", "last_h"), [(0.7, 0.7), (0.5, 2.0), (6.0, 1.5)])
def test_a_gate_is_driven_as_its_target_has_been_moving(stepped, h, last_h):
    """x' = r (x_inf(t) - x), x_inf a line through the middles of this step and the last."""
    inf, rate = gate(V_MIDDLE)
    before = 0.35
    per_ms = (inf - before) / (0.5 * (h + last_h))

    def slope(t, x):
        return rate * (inf + per_ms * (t - 0.5 * h) - x)

    exact = solve_ivp(slope, (0.0, h), [0.2], t_eval=[0.5 * h, h], rtol=1e-12, atol=1e-13).y[0]
    end, _past, (current, slope_S), _following = stepped(GATE).step(
        {"m": 0.2}, h=h, share=h / (h + last_h), past=before
    )
    assert end["m"] == pytest.approx(exact[1], rel=1e-9)
    # The current is that of the middle, at the voltage of the beginning.
    assert current == pytest.approx(3.0 * exact[0] * (V + 90.0), rel=1e-9)
    assert slope_S == pytest.approx(3.0 * exact[0], rel=1e-9)


def test_without_a_step_before_there_is_no_drive(stepped):
    made = stepped(GATE)
    ends = [made.step({"m": 0.2}, share=0.0, past=past)[0]["m"] for past in (0.0, 0.9)]
    assert ends[0] == ends[1]


def test_how_gates_follow_the_voltage(stepped):
    """The slope of the current by the predicted voltage, rates held: by differences."""
    text = GATE.replace("(2 + exp(v / 30))", "4")
    made = stepped(text)
    currents = [
        made.step({"m": 0.2}, voltages={MIDDLE: V_MIDDLE + by})[2][0] for by in (1e-4, -1e-4)
    ]
    following = made.step({"m": 0.2})[3]
    assert following == pytest.approx((currents[0] - currents[1]) / 2e-4, rel=1e-6)
    assert following > 0.0


# --- states that depend on others


POOL = mod(
    "SOLVE d METHOD cnexp",
    states="m ca",
    more="""DERIVATIVE d {
        m' = (1 / (1 + exp(-(v + 40) / 8)) - m) / 3
        ca' = 0.4 * m - (ca - 0.1) / 5
    }""",
)


def middle_of_gate(x, h=H):
    inf = gate(V_MIDDLE)[0]
    return inf + (x - inf) * np.exp(-0.5 * h / 3.0)


def test_a_pool_goes_after_the_gate_that_fills_it(stepped):
    end, past, _current, _following = stepped(POOL).step({"m": 0.2, "ca": 0.5})
    full = 0.1 + 5.0 * 0.4 * middle_of_gate(0.2)
    assert end["ca"] == pytest.approx(full + (0.5 - full) * np.exp(-H / 5.0), rel=1e-13)
    assert set(past) == {"m"}


def test_where_it_is_not_linear_it_is_linearised_twice(stepped):
    text = mod("SOLVE d METHOD cnexp", more="DERIVATIVE d { m' = 0.3 - 2 * m * m }")

    def rate(x):
        return 0.3 - 2.0 * x * x

    end, *_rest = stepped(text).step({"m": 0.9})
    slope = -4.0 * 0.9  # at the beginning
    way = np.expm1(0.5 * H * slope) / slope
    middle = 0.9 + way * rate(0.9)
    assert end["m"] == pytest.approx(middle + way * rate(middle), rel=1e-13)


def test_what_does_not_depend_on_itself_goes_by_the_middle(stepped):
    text = mod(
        "SOLVE d METHOD cnexp",
        states="x y",
        more="DERIVATIVE d { x' = y  y' = -x }",
    )
    end, *_rest = stepped(text).step({"x": 0.5, "y": 0.25})
    # One block, linear: they go together, as an oscillator does, to third order.
    exact = [0.5 * np.cos(H) + 0.25 * np.sin(H), 0.25 * np.cos(H) - 0.5 * np.sin(H)]
    np.testing.assert_allclose([end["x"], end["y"]], exact, atol=0.02)
    text = mod("SOLVE d METHOD cnexp", more="DERIVATIVE d { m' = v / 100 }")
    end, *_rest = stepped(text).step({"m": 0.5})
    assert end["m"] == pytest.approx(0.5 + H * V_MIDDLE / 100.0, rel=1e-13)


def test_states_of_several_blocks_that_need_each_other_come_to_the_solution(stepped):
    text = mod(
        "SOLVE d METHOD cnexp  SOLVE e METHOD cnexp",
        states="x y",
        more="DERIVATIVE d { x' = 0.5 * y - x }\nDERIVATIVE e { y' = x - 2 * y }",
    )
    made, start = stepped(text), {"x": 0.5, "y": 0.25}
    # The first one takes the other as it was.
    assert made.step(start)[0]["x"] == pytest.approx(0.125 + 0.375 * np.exp(-H), rel=1e-13)
    exact = expm(2.0 * np.array([[-1.0, 0.5], [1.0, -2.0]])) @ [0.5, 0.25]

    def error(n):
        values = start
        for _step in range(n):
            values = made.step(values, h=2.0 / n)[0]
        return np.abs([values["x"], values["y"]] - exact).max()

    assert error(16) < 3e-3
    assert 1.8 < error(16) / error(32) < 2.3


@pytest.mark.parametrize("states", ["m a b", "b a m", "a m b"])
def test_each_goes_after_those_it_depends_on(stepped, states):
    """b fills from a, a from m; in whatever order they are declared."""
    text = mod(
        "SOLVE d METHOD cnexp",
        states=states,
        more="""DERIVATIVE d {
            b' = 0.2 * a - b
            a' = 0.4 * m - a
            m' = (1 / (1 + exp(-(v + 40) / 8)) - m) / 3
        }""",
    )
    end, *_rest = stepped(text).step({"m": 0.2, "a": 0.5, "b": 0.1})
    a_inf = 0.4 * middle_of_gate(0.2)
    a_middle = a_inf + (0.5 - a_inf) * np.exp(-0.5 * H)
    b_inf = 0.2 * a_middle
    assert end["b"] == pytest.approx(b_inf + (0.1 - b_inf) * np.exp(-H), rel=1e-13)


def test_a_pool_of_an_ion_takes_the_current_at_the_predicted_voltage(stepped):
    pool = """
    NEURON { SUFFIX pool USEION ca READ ica, cai WRITE cai }
    ASSIGNED { ica }
    STATE { cai }
    BREAKPOINT { SOLVE d METHOD cnexp }
    DERIVATIVE d { cai' = -ica - (cai - 0.1) / 5 }
    """
    inflow = """
    NEURON { SUFFIX inflow USEION ca WRITE ica }
    ASSIGNED { v ica }
    BREAKPOINT { ica = 0.02 * (v - 100) }
    """
    end, _past, (current, slope), _following = stepped(pool, inflow, ions=(CA,)).step({"cai": 0.5})
    full = 0.1 - 5.0 * 0.02 * (V_MIDDLE - 100.0)
    assert end["cai"] == pytest.approx(full + (0.5 - full) * np.exp(-H / 5.0), rel=1e-13)
    assert (current, slope) == (pytest.approx(0.02 * (V - 100.0)), pytest.approx(0.02))


def test_limits_of_a_block_hold_at_the_middle_and_at_the_end(stepped):
    text = mod(
        "SOLVE d METHOD cnexp",
        more="DERIVATIVE d { IF (m > 0.6) { m = 0.6 }  m' = 1 - m }",
    )
    end, _past, (current, _slope), _following = stepped(text).step({"m": 0.5}, h=4.0)
    assert end["m"] == 0.6
    assert current == pytest.approx(3.0 * 0.6 * (V + 90.0))


def test_others_see_a_state_within_its_limits(stepped):
    text = mod(
        "SOLVE d METHOD cnexp",
        states="m y",
        more="DERIVATIVE d { y' = m - y  IF (m > 0.6) { m = 0.6 }  m' = 1 - m }",
    )
    end, *_rest = stepped(text).step({"m": 0.5, "y": 0.1}, h=4.0)
    assert end["y"] == pytest.approx(0.6 - 0.5 * np.exp(-4.0), rel=1e-12)


def test_a_gate_that_opens_with_another_state_has_no_drive(stepped):
    """Its target does not move with the voltage alone."""
    text = mod(
        "SOLVE d METHOD cnexp",
        states="m n",
        more="""DERIVATIVE d {
            m' = (1 / (1 + exp(-(v + 40) / 8)) - m) / 3
            n' = (m / (1 + exp(-(v + 40) / 8)) - n) / 3
        }""",
    )
    made = stepped(text)
    assert set(made.step({"m": 0.2, "n": 0.1})[1]) == {"m"}
    ends = [made.step({"m": 0.2, "n": 0.1}, share=0.5, past=past)[0] for past in (0.1, 0.9)]
    assert ends[0]["m"] != ends[1]["m"]
    alone = made.step({"m": 0.2, "n": 0.1})[0]["n"]
    inf = middle_of_gate(0.2) * gate(V_MIDDLE)[0]
    assert alone == pytest.approx(inf + (0.1 - inf) * np.exp(-H / 3.0), rel=1e-12)


# --- what has no equation


def test_what_knows_no_step_is_executed_once_at_the_end(stepped):
    text = mod("SOLVE p", more="PROCEDURE p() { m = m + 0.5 * (v / 100 - m) }")
    end, _past, (current, _slope), _f = stepped(text).step({"m": 0.4})
    assert end["m"] == pytest.approx(0.2 + 0.5 * V_LATE / 100.0, rel=1e-13)
    assert current == pytest.approx(3.0 * 0.4 * (V + 90.0), rel=1e-13), "in the middle as before"


def test_what_knows_the_step_is_executed_twice_with_half_of_it(stepped):
    text = mod("SOLVE p", more="PROCEDURE p() { m = m + dt * (v / 100 - m * m) }")
    end, _past, (current, _slope), _f = stepped(text).step({"m": 0.4})
    middle = 0.4 + 0.5 * H * (V_MIDDLE / 100.0 - 0.16)
    assert end["m"] == pytest.approx(middle + 0.5 * H * (V_MIDDLE / 100.0 - middle**2), rel=1e-13)
    assert current == pytest.approx(3.0 * middle * (V + 90.0), rel=1e-13)


# --- the rest of the program


def test_the_membrane_is_that_of_given_states(stepped):
    made = stepped(GATE)
    found = evaluate(made.program.membrane, {made.names["m"]: 0.25, VOLTAGE: -60.0})
    assert found == pytest.approx([3.0 * 0.25 * 30.0, 3.0 * 0.25], rel=1e-13)


def test_the_beginning_is_what_is_read(stepped):
    made = stepped(GATE)
    (first,) = made.program.first
    (name,) = made.program.variables
    assert evaluate([first], {name: 0.125}) == [0.125]
    assert made.program.variables[name].name == "m"
