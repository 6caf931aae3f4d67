"""Random declarations of parameters, and what their bounds mean, written down a second time."""

import math

from hypothesis import settings
from hypothesis import strategies as st

SEEDED = settings(max_examples=150)

_ANY = st.floats(-1e3, 1e3, allow_nan=False, width=32)
_POSITIVE = st.floats(-9.0, 6.0).map(lambda exponent: 10.0**exponent)


@st.composite
def declarations(draw):
    """Rows of `param_nslh`: every scale, bounds in either order, bounds by earlier names."""
    rows = []
    for number in range(draw(st.integers(1, 5))):
        code = draw(st.sampled_from(["lin", "log", "int", "con"]))
        # A logarithm can only be bounded by what stays positive.
        earlier = [row[0] for row in rows if code != "log" or row[1] == "log"]
        plain = _POSITIVE if code == "log" else _ANY
        bound = st.one_of(plain, st.sampled_from(earlier)) if earlier else plain
        low, high = draw(bound), draw(bound)
        if code == "int" and not isinstance(low, str) and not isinstance(high, str):
            # An interval that has no whole number in it is refused.
            low, high = math.floor(min(low, high)), math.ceil(max(low, high))
        rows.append([f"cell.p{number}", code, low, high])
    return rows


def check_within(rows, values):
    """Assert that one candidate's model values obey the declaration."""
    found = dict(zip((row[0] for row in rows), values, strict=True))
    for (name, code, low, high), value in zip(rows, values, strict=True):
        ends = [found[end] if isinstance(end, str) else end for end in (low, high)]
        if code == "con":
            assert value == ends[0], name
        elif code == "int":
            # 10**log10(5) may come out a bit above 5, and still means 5.
            first, last = math.ceil(min(ends) - 1e-9), math.floor(max(ends) + 1e-9)
            assert value == round(value), name
            assert first <= value <= max(first, last), name
        else:
            assert min(ends) <= value <= max(ends), name
