"""What SOLVE does in a step, against the methods in numpy."""

from __future__ import annotations

import numpy as np
import pytest

from codegen.written import Run, read
from pyneuronautofit.errors import UnsupportedModel

DT = 0.1


@pytest.fixture
def run(tmp_path):
    """Return a function: text of a file -> what executes its blocks."""
    return lambda text, **options: Run(read(tmp_path, text), **options)


@pytest.fixture(params=[False, True], ids=["double", "single"])
def single(request):
    return request.param


def close(found, wanted):
    np.testing.assert_allclose(found, wanted, rtol=1e-12)


# --- DERIVATIVE


def test_cnexp_is_exact_and_goes_one_by_one(run, single):
    found = run(
        "STATE { m h w }  DERIVATIVE d { m' = (0.8 - m) / tau\n h' = 2 * m - 3 * h\n w' = k }",
        single=single,
    ).solve("d", "cnexp")
    m, h, w = found("m", "h", "w", m=0.2, h=0.5, w=1.0, tau=4.0, k=0.3, dt=DT)
    m_after = 0.8 + (0.2 - 0.8) * np.exp(-DT / 4.0)
    h_end = 2.0 * m_after / 3.0
    close([m, h, w], [m_after, h_end + (0.5 - h_end) * np.exp(-3.0 * DT), 1.0 + DT * 0.3])


def test_cnexp_with_statements_between(run):
    found = run(
        """
        STATE { m ca }
        DERIVATIVE d { rates(v)  m' = (minf - m) / tau  cai = ca  ca' = -cai - ca  cai = ca }
        PROCEDURE rates(u) { minf = 1 / (1 + exp(-u / 10)) tau = 2 + minf }
        """
    ).solve("d", "cnexp")
    inf = 1.0 / (1.0 + np.exp(2.0))
    m, cai = found("m", "cai", v=-20.0, m=0.5, ca=1.0, dt=DT)
    # What is assigned stands for its value: the equation is ca' = -2 ca only if written so.
    close(m, inf + (0.5 - inf) * np.exp(-DT / (2.0 + inf)))
    close(cai, -1.0 + 2.0 * np.exp(-DT))


def test_cnexp_in_a_decision(run):
    found = run("STATE { m } DERIVATIVE d { IF (v > 0) { m' = -m } ELSE { m' = 1 - 2 * m } }")
    m = found.solve("d", "cnexp")("m", m=0.2, v=np.array([-1.0, 1.0]), dt=DT)
    close(m, [0.5 - 0.3 * np.exp(-2.0 * DT), 0.2 * np.exp(-DT)])


def test_reactions_in_a_decision(run):
    found = run(
        "STATE { a b } KINETIC k { IF (v > 0) { ~ a <-> b (k, 0) } ELSE { ~ b -> (3) } }"
    ).solve("k", "sparse")
    a, b = found("a", "b", a=1.0, b=2.0, k=4.0, v=np.array([-1.0, 1.0]), dt=DT)
    close(a, [1.0, 1.0 / (1.0 + 4.0 * DT)])
    close(b, [2.0 / (1.0 + 3.0 * DT), 3.0 - 1.0 / (1.0 + 4.0 * DT)])


def test_euler_takes_everything_from_before_the_step(run, single):
    found = run(
        "STATE { ca b } DERIVATIVE d { ca' = k * b - ca / 2\n b' = ca\n cai = ca }", single=single
    ).solve("d", "euler")
    ca, b, cai = found("ca", "b", "cai", ca=1.0, b=2.0, k=0.3, dt=DT)
    # cai = ca stands before the step is made: it lags.
    close([ca, b, cai], [1.0 + DT * (0.6 - 0.5), 2.0 + DT * 1.0, 1.0])


MATRIX = np.array([[-2.0, 0.5, 0.0], [1.0, -1.0, 0.3], [0.0, 0.7, -4.0]])
COUPLED = """
STATE { x y z other }
DERIVATIVE d {
    x' = -2 * x + 0.5 * y + k
    total = x + y
    y' = x - y + 0.3 * z
    z' = 0.7 * y - 4 * z + other
}
"""


@pytest.mark.parametrize("method", ["derivimplicit", "sparse"])
def test_implicit_methods_solve_for_all_states_together(run, single, method):
    found = run(COUPLED, single=single).solve("d", method)
    before = np.array([1.0, 0.4, 2.0])
    after = np.linalg.solve(np.eye(3) - DT * MATRIX, before + DT * np.array([0.6, 0.0, 0.25]))
    values = dict(zip("xyz", before), k=0.6, other=0.25, dt=DT)
    close(found("x", "y", "z", **values), after)
    # Other variables of the block are those of the new states; a state without equation stays.
    close(found("total", "other", **values), [after[0] + after[1], 0.25])


def test_implicit_methods_do_not_lose_digits_to_fast_rates(run):
    found = run("STATE { a b } KINETIC k { ~ a <-> b (up, down)  CONSERVE a + b = 1 }").solve(
        "k", "sparse"
    )
    a, b = found("a", "b", a=0.3, b=0.7, up=1e17, down=1e-3, dt=0.025)
    assert a == pytest.approx(0.0, abs=1e-15)
    assert b == pytest.approx(1.0, rel=1e-15)


# --- KINETIC


def _after(matrix, before, laws=(), source=0.0, dt=DT):
    """Return one implicit step of x' = matrix x + source; laws: (row, weights, total)."""
    left = np.eye(len(before)) - dt * matrix
    right = np.asarray(before) + dt * source
    for row, weights, total in laws:
        left[row], right[row] = weights, total
    return np.linalg.solve(left, right)


def test_reactions_move_what_they_take(run, single):
    found = run(
        "STATE { c o i } KINETIC k { ~ c <-> o (2, 3)\n ~ o -> (0.5)\n ~ i << (o / 4)\n g = o }",
        single=single,
    ).solve("k", "sparse")
    matrix = np.array([[-2.0, 3.0, 0.0], [2.0, -3.5, 0.0], [0.0, 0.0, 0.0]])
    before = [0.5, 0.3, 0.2]
    # A flux is taken as it is before the step.
    source = np.array([0.0, 0.0, 0.3 / 4.0])
    c, o, i, g = found("c", "o", "i", "g", **dict(zip("coi", before)), dt=DT)
    close([c, o, i], _after(matrix, before, source=source))
    assert g == o


def test_a_conservation_law_takes_the_place_of_the_last_state(run, single):
    found = run(
        "STATE { c o i }\n"
        "KINETIC k { ~ c <-> o (2, 3)\n ~ o <-> i (1, 4)\n CONSERVE c + o + i = 1 }",
        single=single,
    ).solve("k", "sparse")
    matrix = np.array([[-2.0, 3.0, 0.0], [2.0, -4.0, 4.0], [0.0, 1.0, -4.0]])
    before = [0.5, 0.3, 0.1]  # not 1 in all: the law makes it so
    states = found("c", "o", "i", **dict(zip("coi", before)), dt=DT)
    close(states, _after(matrix, before, [(2, np.ones(3), 1.0)]))
    assert sum(states) == pytest.approx(1.0, rel=1e-14)


def test_compartments_divide_and_fluxes_come_from_outside(run, single):
    found = run(
        """
        DEFINE N 3
        STATE { ca[N] }
        ASSIGNED { vol[N] }
        KINETIC k {
            COMPARTMENT i, vol[i] { ca }
            ~ ca[0] << (in)
            FROM i = 0 TO N - 2 { ~ ca[i] <-> ca[i+1] (d, d) }
        }
        """,
        single=single,
    ).solve("k", "sparse")
    volumes, before, d = np.array([1.0, 2.0, 4.0]), [1.0, 0.5, 0.2], 0.8
    flow = d * np.array([[-1.0, 1.0, 0.0], [1.0, -2.0, 1.0], [0.0, 1.0, -1.0]])
    source = np.array([0.7, 0.0, 0.0]) / volumes
    known = {f"ca_{k}": value for k, value in enumerate(before)}
    known |= {f"vol_{k}": value for k, value in enumerate(volumes)}
    found = found("ca[0]", "ca[1]", "ca[2]", **known, d=d, dt=DT, **{"in": 0.7})
    close(found, _after(flow / volumes[:, None], before, source=source))


def test_a_flux_is_taken_as_it_is_before_the_step(run):
    found = run("STATE { ca } KINETIC k { ~ ca << (2 - ca * 3) }").solve("k", "sparse")
    close(found("ca", ca=0.5, dt=DT), 0.5 + DT * (2.0 - 1.5))


def test_what_is_no_state_is_held(run):
    found = run("STATE { o } KINETIC k { ~ c + o <-> o (2, 3) }").solve("k", "sparse")
    close(found("o", o=0.5, c=1.5, dt=DT), 0.5)


def test_stoichiometry_and_fluxes_are_there(run):
    found = run("STATE { a b } KINETIC k { ~ a <-> 2 b (2, 0)\n net = f_flux - b_flux }")
    a, b, net = found.solve("k", "sparse")("a", "b", "net", a=1.0, b=0.0, dt=DT)
    a_after = 1.0 / (1.0 + 2.0 * DT)
    close([a, b, net], [a_after, 2.0 * DT * 2.0 * a_after, 2.0 * a_after])


def test_a_law_counts_states_that_are_in_no_reaction(run, single):
    text = "STATE { a b c } KINETIC k { ~ a <-> b (2, 3)\n CONSERVE a + b + 2 c = 1 }"
    found = run(text, single=single).solve("k", "sparse")
    a, b, c = found("a", "b", "c", a=0.5, b=0.2, c=0.15, dt=DT)
    # Of a's equation and the law: c stays what it is.
    wanted = np.linalg.solve([[1.0 + 2.0 * DT, -3.0 * DT], [1.0, 1.0]], [0.5, 1.0 - 2 * 0.15])
    close([a, b, c], [*wanted, 0.15])


def test_the_steady_state_is_a_very_long_step(run):
    found = run("STATE { a b } KINETIC k { ~ a <-> b (2, 3)\n CONSERVE a + b = 1 }")
    found.solve("k", "sparse", steady=True)
    np.testing.assert_allclose(found("a", "b", a=0.9, b=0.1, dt=DT), [0.6, 0.4], rtol=1e-9)
    assert found("dt", dt=DT) == DT


# --- LINEAR and PROCEDURE


def test_linear_equations(run, single):
    found = run(
        "STATE { a b c } LINEAR l { ~ a * up = b * down\n ~ b = 2 * a + w\n ~ c + a = 1 }",
        single=single,
    ).solve("l", "")
    a, b, c = found("a", "b", "c", up=3.0, down=0.5, w=1.0)
    wanted = np.linalg.solve([[3.0, -0.5, 0.0], [-2.0, 1.0, 0.0], [1.0, 0.0, 1.0]], [0.0, 1.0, 1.0])
    close([a, b, c], wanted)


def test_a_state_without_an_equation_stays(run):
    found = run("STATE { a b } LINEAR l { ~ a = 2 * w }").solve("l", "")
    assert found("a", "b", b=7.0, w=1.5) == [3.0, 7.0]


def test_a_procedure_is_executed(run):
    found = run("STATE { m } PROCEDURE s() { m = m + (1 - exp(-dt / tau)) * (0.5 - m) }")
    close(found.solve("s", "")("m", m=0.1, tau=2.0, dt=DT), 0.5 - 0.4 * np.exp(-DT / 2.0))


# --- what is not solved

REFUSED = [
    ("STATE { m } DERIVATIVE d { m' = -m * m }", "d", "cnexp", "DERIVATIVE d", "not linear"),
    (
        "STATE { m } DERIVATIVE d { m' = -m * m }",
        "d",
        "derivimplicit",
        "DERIVATIVE d",
        "not linear",
    ),
    ("STATE { m } KINETIC k { ~ 2 m <-> b (1, 1) }", "k", "sparse", "KINETIC k", "not linear"),
    ("STATE { m } LINEAR l { ~ m * m = 1 }", "l", "", "LINEAR l", "not linear"),
    ("STATE { a b } LINEAR l { ~ a + b = 1 }", "l", "", "LINEAR l", "1 equations for 2 states"),
    ("STATE { m } DERIVATIVE d { m' = 1 }", "x", "cnexp", "SOLVE x", "no such block"),
    ("STATE { m } FUNCTION d(u) { d = u }", "d", "cnexp", "SOLVE d", "it is a FUNCTION"),
    ("STATE { m } DERIVATIVE d { m' = 1 }", "d", "runge", "METHOD runge", "known methods: cnexp"),
    ("STATE { m } DERIVATIVE d { m' = 1 }", "d", "", "SOLVE d", "known methods: cnexp"),
    ("STATE { a } KINETIC k { ~ a <-> b (1, 1) }", "k", "cnexp", "METHOD cnexp", "by sparse"),
    ("STATE { a } KINETIC k { ~ a <-> b (1, 1) }", "k", "", "SOLVE k", "by sparse"),
    (
        "STATE { a b } KINETIC k { ~ a <-> c (1, 1)\n CONSERVE b = 1 }",
        *("k", "sparse", "CONSERVE", "none of its states"),
    ),
    (
        "STATE { m } DERIVATIVE d { IF (v > 0) { m' = 1 } ELSE { m' = 2 } }",
        *("d", "euler", "m'", "inside of IF or ELSE"),
    ),
    (
        "STATE { m } DERIVATIVE d { IF (v > 0) { m' = 1 } ELSE { m' = 2 } }",
        *("d", "derivimplicit", "m'", "inside of IF or ELSE"),
    ),
    (
        "STATE { a b } KINETIC k { IF (v > 0) { COMPARTMENT 2 { a } } ELSE { ~ a <-> b (2, 1) } }",
        *("k", "sparse", "COMPARTMENT", "inside of IF or ELSE"),
    ),
]


@pytest.mark.parametrize(("text", "block", "method", "construct", "reason"), REFUSED)
def test_what_cannot_be_solved_is_refused(run, text, block, method, construct, reason):
    # The line is that of the SOLVE that a file would have; here there is none for some.
    with pytest.raises(UnsupportedModel) as caught:
        run(text).solve(block, method)
    message = str(caught.value)
    assert "written.mod" in message
    assert f": {construct} cannot be simulated by --simulator batch (" in message
    assert reason in message


def test_a_decision_that_is_known_may_have_reactions(run):
    found = run("STATE { a b } KINETIC k { IF (2 > 1) { ~ a <-> b (1, 0) } }").solve("k", "sparse")
    close(found("a", a=1.0, b=0.0, dt=DT), 1.0 / (1.0 + DT))
