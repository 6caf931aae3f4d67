"""What the statements of a block are collected to."""

from __future__ import annotations

import pytest

from codegen.written import Run, read
from pyneuronautofit.codegen.equations.collected import (
    Balance,
    collect_balance,
    slope_key,
    state_keys,
)
from pyneuronautofit.codegen.ir.evaluate import evaluate
from pyneuronautofit.errors import UnsupportedModel


def balance_of(folder, text):
    """Return the balance of the block k, and the values of its rates for states 1, 2, 3, ..."""
    run = Run(read(folder, text))
    executor = run.executor
    states = {key: executor.value(key) for key in state_keys(executor.mechanism)}
    balance = Balance(states, states)
    collect_balance(executor, executor.mechanism.blocks["k"], balance)
    known = {(key,): float(number) for number, key in enumerate(states, 1)}
    return balance, dict(zip(balance.rates, evaluate(list(balance.rates.values()), known)))


def test_reactions_bring_and_take_and_volumes_divide(tmp_path):
    text = "STATE { a b c[2] }\nKINETIC k { COMPARTMENT i, 2 + i { c }\n"
    text += "~ 2 a + b <-> c[1] (0.5, 0.25)\n ~ c[0] << (7)\n CONSERVE a + c = 4 }"
    balance, rates = balance_of(tmp_path, text)
    net = 0.5 * 1.0**2 * 2.0 - 0.25 * 4.0
    assert rates == {"a": -2 * net, "b": -net, "c[1]": net / 3.0, "c[0]": 3.5}
    ((weights, _total),) = balance.laws
    assert weights == {"a": 1.0, "c[0]": 1.0, "c[1]": 1.0}


def test_diffusion_is_nothing_where_there_is_no_neighbour(tmp_path):
    text = "STATE { a }\nKINETIC k { LONGITUDINAL_DIFFUSION 3 { a }\n ~ a -> (2) }"
    _balance, rates = balance_of(tmp_path, text)
    assert rates == {"a": -2.0}


def test_what_does_not_belong_there(tmp_path):
    with pytest.raises(UnsupportedModel, match="in a KINETIC block"):
        balance_of(tmp_path, "STATE { a }\nKINETIC k { a' = 1 }")


def test_a_slope_has_a_name_that_no_variable_can_have():
    assert slope_key("c[1]") == "c[1]'"
