"""The documentation's tables say what the program's own tables say."""

from __future__ import annotations

import dataclasses

import pytest

from documented import FOLDER, outdated, tables
from pyneuronautofit._options import FITTING, option, options_of
from pyneuronautofit.fitting.options import FitOptions
from pyneuronautofit.objectives import OBJECTIVES


def test_no_table_is_out_of_date():
    assert outdated() == [], "python docs/tables.py writes them anew"


def test_every_table_is_somewhere():
    script = tables()
    found = [name for page in script.pages() for name in script.names_in(page.read_text())]
    assert sorted(found) == sorted(script.TABLES)


def test_every_flag_of_a_fit_is_listed():
    listed = (FOLDER / "running.md").read_text()
    for described, _default in options_of(FitOptions).values():
        assert not described.flags or f"| `{' '.join(described.flags)}` |" in listed


def test_a_new_flag_is_missed(monkeypatch):
    @dataclasses.dataclass(frozen=True, kw_only=True)
    class More(FitOptions):
        levitation: float = option(
            0.5, "--levitation", group=FITTING, metavar="M", parse=float, help="height"
        )

    script = tables()
    monkeypatch.setattr(script, "FitOptions", More)
    text = (FOLDER / "running.md").read_text(encoding="utf-8")
    assert "| `--levitation` | M | 0.5 | height |" in script.rewritten(text)
    assert script.rewritten(text) != text


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("O", "| n | spikes | sum | -t |"),
        ("N", "| 3 n | spikes | sum | -t |"),
        ("T", "| c n | ms | sum | -t -c |"),
        ("W", "| c n | ms | mean | -t -c |"),
        ("R", "| 2 | mV | sum |  |"),
        ("M", "| 4 n | mV, mV, 1, 1 | sum |  |"),
        ("V", "| n | mV² | mean |  |"),
        ("U", "| n | mV | see below | -t -l -r |"),
    ],
)
def test_what_is_said_about_a_mode(code, expected):
    (row,) = (line for line in tables().modes() if line.startswith(f"| {code} |"))
    assert row.startswith(f"| {code} | {OBJECTIVES[code].title} |")
    assert row.endswith(expected) or sorted(row) == sorted(
        f"| {code} | {OBJECTIVES[code].title} {expected}"
    )
