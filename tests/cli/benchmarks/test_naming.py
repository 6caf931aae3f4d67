"""Lists of names."""

from __future__ import annotations

import pytest

from pyneuronautofit.cli.benchmarks.naming import chosen_names
from pyneuronautofit.errors import UsageError

KNOWN = ("Auto", "DE", "cmaes")


def test_in_the_order_of_the_known_ones_and_once():
    assert chosen_names("cmaes, auto,AUTO,", KNOWN, "-x") == ("Auto", "cmaes")


@pytest.mark.parametrize(("word", "said"), [
    ("cmae", "-x: expected names of Auto, DE, cmaes, found cmae; did you mean cmaes?"),
    ("Auto,zzz", "found zzz"),
    ("", "found no name"),
    (" , ", "found no name"),
    ("9" * 5000, "found 999"),
])  # fmt: skip
def test_what_is_not_known(word, said):
    with pytest.raises(UsageError) as raised:
        chosen_names(word, KNOWN, "-x")
    assert said in str(raised.value)
    assert len(str(raised.value)) < 200
