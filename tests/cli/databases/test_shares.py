"""The notations of -A and -N, which are read and never evaluated."""

from __future__ import annotations

from argparse import ArgumentTypeError

import numpy as np
import pytest

from pyneuronautofit.cli.databases.shares import parse_shares

ELEVEN = tuple(np.linspace(0.0, 1.0, 11).tolist())


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("0.5", (0.5,)),
        ("1", (1.0,)),
        (" 1. ", (1.0,)),
        (".25", (0.25,)),
        ("2e-1", (0.2,)),
        ("[0, 0.5, 1]", (0.0, 0.5, 1.0)),
        ("[1.,.5,0,]", (1.0, 0.5, 0.0)),
        ("[0.3]", (0.3,)),
        ("(0, 1, 11)", ELEVEN),
        ("(0.,1.,11,)", ELEVEN),
        ("linspace(0, 1, 11)", ELEVEN),
        ("linspace(0.,1.,11).tolist()", ELEVEN),
        ("linspace(1.,0.,41).tolist()", tuple(np.linspace(1.0, 0.0, 41).tolist())),
        ("(0.7, 1, 1)", (0.7,)),
    ],
)
def test_notations(text, expected):
    assert parse_shares(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "",
        "x",
        "nan",
        "inf",
        "1_0",
        "1 2",
        "[]",
        "[[0, 1]]",
        "[0 1]",
        "(0, 1)",
        "(0, 1, 2.5)",
        "0, 1",
        "linspace(0, 1)",
        "linspace(0, 1, 11).tolist",
        "linspace(0, 1, 11).sum()",
        "linspace(0, 1, 11).tolist().clear()",
        "logspace(0, 1, 11).tolist()",
        "[k for k in (0, 1)]",
        "__import__('os').getpid()",
    ],
)
def test_anything_else_is_refused(text):
    with pytest.raises(ArgumentTypeError, match=r"expected a number such as 0\.5, a list"):
        parse_shares(text)


@pytest.mark.parametrize("text", ["-1", "[0, -0.1]", "(-1, 1, 3)", "1e999"])
def test_shares_are_not_negative_and_not_infinite(text):
    with pytest.raises(ArgumentTypeError, match="a number from 0 on"):
        parse_shares(text)


@pytest.mark.parametrize("text", ["(0, 1, 0)", "(0, 1, 999999999999)"])
def test_how_many_is_bounded(text):
    with pytest.raises(ArgumentTypeError, match="expected 1 to 10000 numbers"):
        parse_shares(text)
