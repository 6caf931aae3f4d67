"""Models with the sums of their modes, on the screen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from rich.console import Console
from rich.table import Table

# More modes than this do not fit beside each other on a screen.
_MOST_COLUMNS = 5


def print_models(
    screen: Console,
    columns: Sequence[str],
    rows: Sequence[tuple[Sequence[str], Mapping[str, float | str]]],
) -> None:
    """Print models with the sums of their modes: a table, or lines where it would be too wide.

    Parameters
    ----------
    columns
        What stands before the modes.
    rows
        For each model the words of these columns, and the sum of every mode.
    """
    codes = list(dict.fromkeys(code for _words, sums in rows for code in sums))
    if len(codes) > _MOST_COLUMNS:
        for words, sums in rows:
            values = ", ".join(f"{code} {_number(value, '.4g')}" for code, value in sums.items())
            screen.print(f"{'  '.join(words)}: {values}", soft_wrap=True)
        return
    table = Table()
    for column in (*columns, *codes):
        table.add_column(column, justify="right" if column in codes else "left")
    for words, sums in rows:
        values_ = [_number(sums[code], ".6g") if code in sums else "" for code in codes]
        table.add_row(*words, *values_)
    screen.print(table)


def _number(value: float | str, form: str) -> str:
    return value if isinstance(value, str) else format(value, form)
