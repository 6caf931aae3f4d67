"""States that go together through an adaptive step, against Alexander's method in numpy."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.integrate import solve_ivp

from codegen.schemes.stepped import V_EARLY, V_LATE, V_MIDDLE, H, Stepped, V, mod
from pyneuronautofit.codegen.equations.names import VOLTAGE
from pyneuronautofit.codegen.schemes.adaptive_step import EARLY, LATE, MIDDLE


@pytest.fixture
def stepped(tmp_path):
    """Return a function: texts of .mod files -> their program."""
    return lambda *texts, **options: Stepped(tmp_path, *texts, **options)


def forward(v):
    return 0.4 * np.exp((v + 60.0) / 20.0)


KINETIC = mod(
    "SOLVE k METHOD sparse",
    states="o c s",
    more="KINETIC k { ~ c <-> o (0.4 * exp((v + 60) / 20), 0.3)\n ~ o <-> s (0.5, 0.2) }",
)


def matrix(v):
    """x' = matrix x, for o, c, s."""
    up = forward(v)
    return np.array([[-0.3 - 0.5, up, 0.2], [0.3, -up, 0.0], [0.5, 0.0, -0.2]])


def sdirk2(x, h, early, late):
    """One step of Alexander's method (1977), by its tableau; rates at two voltages."""
    gamma, eye = 1.0 - 1.0 / np.sqrt(2.0), np.eye(3)
    k1 = np.linalg.solve(eye - gamma * h * matrix(early), matrix(early) @ x)
    base = x + (1.0 - gamma) * h * k1
    k2 = np.linalg.solve(eye - gamma * h * matrix(late), matrix(late) @ base)
    return x + gamma * h * k1, x + h * ((1.0 - gamma) * k1 + gamma * k2)


@pytest.mark.parametrize("h", [0.05, 0.7, 40.0])
def test_coupled_states_go_together_by_sdirk2(stepped, h):
    start = np.array([0.2, 0.7, 0.1])
    end, _past, (current, _slope), _f = stepped(KINETIC).step(dict(zip("ocs", start)), h=h)
    first, last = sdirk2(start, h, V_EARLY, V_LATE)
    np.testing.assert_allclose([end[key] for key in "ocs"], last, rtol=1e-11)
    # The middle lies on the line between the stages, which are at gamma h and at h.
    gamma = 1.0 - 1.0 / np.sqrt(2.0)
    share = (0.5 - gamma) / (1.0 - gamma)
    middle = (1.0 - share) * first + share * last
    assert current == pytest.approx(3.0 * middle[0] * (V + 90.0), rel=1e-11)


def test_coupled_states_are_of_second_order(stepped):
    made = stepped(KINETIC)
    at = dict.fromkeys((VOLTAGE, EARLY, MIDDLE, LATE), V_MIDDLE)
    start = np.array([0.2, 0.7, 0.1])
    exact = solve_ivp(
        lambda _t, x: matrix(V_MIDDLE) @ x, (0.0, 4.0), start, rtol=1e-12, atol=1e-14
    ).y[:, -1]

    def error(n):
        values = dict(zip("ocs", start))
        for _step in range(n):
            values = made.step(values, h=4.0 / n, voltages=at)[0]
        return max(abs(values[key] - x) for key, x in zip("ocs", exact))

    assert 3.5 < error(8) / error(16) < 4.5


def test_a_conservation_law_holds_whatever_was_there_before(stepped):
    text = KINETIC.replace("0.2) }", "0.2)\n CONSERVE o + 2 c + s = 2 }")
    end, *_rest = stepped(text).step({"o": 0.2, "c": 0.5, "s": 0.1})
    assert end["o"] + 2.0 * end["c"] + end["s"] == pytest.approx(2.0, rel=1e-13)


@pytest.mark.parametrize("law", ["o + 2 c + p + q = 2", "o + 2 c = 1.3"])
def test_a_law_counts_the_states_that_it_names(stepped, law):
    """Two pairs that need each other not: the others of the law are held."""
    text = mod(
        "SOLVE k METHOD sparse",
        states="o c p q",
        more=f"KINETIC k {{ ~ c <-> o (2, 3)\n ~ p <-> q (1, 4)\n CONSERVE {law} }}",
    )
    start = {"o": 0.2, "c": 0.5, "p": 0.3, "q": 0.4}
    end, *_rest = stepped(text).step(start)
    left = 2.0 - 0.3 - 0.4 if "p" in law else 1.3
    gamma = 1.0 - 1.0 / np.sqrt(2.0)

    def stage(base):
        """Return o and c of a stage: the equation of c, and the law in place of the other."""
        return np.linalg.solve(
            [[-gamma * H * 3.0, 1.0 + gamma * H * 2.0], [1.0, 2.0]], [base, left]
        )

    first = stage(0.5)[1]
    growth = (1.0 - gamma) / gamma
    assert [end["o"], end["c"]] == pytest.approx(
        stage((1.0 - growth) * 0.5 + growth * first), rel=1e-12
    )


def test_a_law_of_some_states_of_a_group_leaves_the_others_out(stepped):
    text = KINETIC.replace("0.2) }", "0.2)\n CONSERVE o + 2 c = 0.9 }")
    end, *_rest = stepped(text).step({"o": 0.2, "c": 0.5, "s": 0.1})
    assert end["o"] + 2.0 * end["c"] == pytest.approx(0.9, rel=1e-13)


def test_a_law_counts_a_state_that_is_in_no_reaction(stepped):
    text = mod(
        "SOLVE k METHOD sparse",
        states="o c s",
        more="KINETIC k { ~ c <-> o (2, 3)\n CONSERVE o + c + 2 s = 1 }",
    )
    made = stepped(text)
    assert {name[-1] for name in made.program.states} == {"o", "c"}
    assert {v.name for v in made.program.variables.values()} == {"o", "c", "s"}
    # What is read is 1 here.
    end, *_rest = made.step({"o": 0.2, "c": 0.5})
    assert end["o"] + end["c"] == pytest.approx(1.0 - 2.0 * 1.0, rel=1e-12)


def test_coupled_states_that_are_not_linear_come_to_the_solution(stepped):
    """Prey and predators; no equation is linear in the states of its block."""
    text = mod(
        "SOLVE d METHOD derivimplicit",
        states="x y",
        more="DERIVATIVE d { x' = x - x * y  y' = x * y - 0.5 * y }",
    )
    made, start = stepped(text), {"x": 0.5, "y": 0.25}
    exact = solve_ivp(
        lambda _t, z: [z[0] - z[0] * z[1], z[0] * z[1] - 0.5 * z[1]],
        (0.0, 4.0), [0.5, 0.25], rtol=1e-11, atol=1e-12,
    ).y[:, -1]  # fmt: skip

    def error(n):
        values = start
        for _step in range(n):
            values = made.step(values, h=4.0 / n)[0]
        return np.abs([values["x"], values["y"]] - exact).max()

    assert error(256) < 0.03
    assert 1.8 < error(128) / error(256) < 2.3
