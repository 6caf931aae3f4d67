import pytest

from pyneuronautofit._registry import table_by


def test_keeps_the_order_and_is_read_only():
    table = table_by(str.upper, ["b", "a", "c"])
    assert dict(table) == {"B": "b", "A": "a", "C": "c"}
    assert list(table) == ["B", "A", "C"]
    with pytest.raises(TypeError):
        table["D"] = "d"


def test_refuses_a_second_entry_of_the_same_key():
    with pytest.raises(ValueError, match="'A' is registered twice: 'a' and 'A'"):
        table_by(str.upper, ["a", "b", "A"])
