import pytest

from pyneuronautofit._registry import View, table_by


def test_keeps_the_order_and_is_read_only():
    table = table_by(str.upper, ["b", "a", "c"])
    assert dict(table) == {"B": "b", "A": "a", "C": "c"}
    assert list(table) == ["B", "A", "C"]
    with pytest.raises(TypeError):
        table["D"] = "d"


def test_refuses_a_second_entry_of_the_same_key():
    with pytest.raises(ValueError, match="'A' is registered twice: 'a' and 'A'"):
        table_by(str.upper, ["a", "b", "A"])


def test_a_view_shows_what_its_list_has_now():
    names = ["b", "a"]
    view = View(lambda: table_by(str.upper, names))
    assert dict(view) == {"B": "b", "A": "a"}
    names.append("c")
    assert list(view) == ["B", "A", "C"]
    assert (view["C"], len(view), "D" in view, view.get("D")) == ("c", 3, False, None)
    with pytest.raises(TypeError):
        view["D"] = "d"


def test_a_view_finds_mistakes_when_it_is_made():
    with pytest.raises(ValueError, match="registered twice"):
        View(lambda: table_by(str.upper, ["a", "A"]))
