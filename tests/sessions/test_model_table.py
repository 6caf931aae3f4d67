"""Models with the sums of their modes: a table, or lines where it would be too wide."""

from __future__ import annotations

import io

from rich.console import Console

from pyneuronautofit.sessions.model_table import print_models


def printed(columns, rows, width=100):
    screen = Console(file=io.StringIO(), width=width, highlight=False)
    print_models(screen, columns, rows)
    return screen.file.getvalue()


def cells(text):
    """The cells of a table, row by row."""
    lines = [line.strip("│┃") for line in text.splitlines() if line[0] in "│┃"]
    return [[cell.strip() for cell in line.replace("┃", "│").split("│")] for line in lines]


def test_a_table_with_six_digits():
    text = printed(
        ("model", "evaluation"),
        [
            (("compromise", "7"), {"O": 4.0, "V": 1234.5678}),
            (("best O", "12"), {"O": 0.0, "V": 1e9}),
        ],
    )
    assert cells(text) == [
        ["model", "evaluation", "O", "V"],
        ["compromise", "7", "4", "1234.57"],
        ["best O", "12", "0", "1e+09"],
    ]


def test_numbers_are_on_the_right_and_words_on_the_left():
    text = printed(("model",), [(("a",), {"O": 1.0}), (("longer",), {"O": 12345.0})])
    lines = [line for line in text.splitlines() if line[0] in "│"]
    assert lines[0] == "│ a      │     1 │"
    assert lines[1] == "│ longer │ 12345 │"


def test_texts_stand_as_they_are():
    text = printed(("model",), [(("a",), {"O": "4 (5)"}), (("b",), {"O": "failed"})])
    assert cells(text)[1:] == [["a", "4 (5)"], ["b", "failed"]]


def test_a_mode_that_a_model_does_not_have_is_empty():
    text = printed(("model",), [(("a",), {"O": 1.0}), (("b",), {"V": 2.0})])
    assert cells(text) == [["model", "O", "V"], ["a", "1", ""], ["b", "", "2"]]


def test_five_modes_are_a_table_and_six_are_lines():
    five = dict.fromkeys("ONTSA", 1.5)
    assert cells(printed(("model",), [(("a",), five)]))[0] == ["model", *"ONTSA"]
    six = {**five, "V": 123456.0}
    text = printed(("model", "evaluation"), [(("best O", "3"), six)], width=20)
    assert text == "best O  3: O 1.5, N 1.5, T 1.5, S 1.5, A 1.5, V 1.235e+05\n"


def test_no_models_are_an_empty_table():
    assert cells(printed(("model", "evaluation"), [])) == [["model", "evaluation"]]
