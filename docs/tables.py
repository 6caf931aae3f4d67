"""Writes the tables of the documentation that are made from the program's own.

    python docs/tables.py

Such a table stands between the lines `<!-- table: NAME -->` and `<!-- end of table -->`. A test
sees whether one of them is out of date.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np

from pyneuronautofit._options import GROUPS, Option, field_names, options_of
from pyneuronautofit.cli.runfile import RunKey, keys_of, run_file_options
from pyneuronautofit.cli.runfile.keys import sections_of
from pyneuronautofit.cli.runfile.values import expected_of
from pyneuronautofit.fitting import FitOptions, readers_of
from pyneuronautofit.objectives import (
    OBJECTIVES,
    EvaluationOptions,
    EvaluationSettings,
    Suite,
    bind_suite,
    modes_that_read,
)
from pyneuronautofit.optimisers import (
    ALGORITHMS,
    SearchSettings,
    algorithm_of,
    algorithms_that_read,
)
from pyneuronautofit.recordings import Recording, StimulusWindow

FOLDER = Path(__file__).parent

_BLOCK = re.compile(r"(<!-- table: ([\w-]+) -->\n).*?(<!-- end of table -->)", re.DOTALL)


def modes() -> Iterator[str]:
    """Yield the lines about the evaluation modes: what they compare, and how much that is."""
    flags = {name: option.name for name, (option, _default) in _listed(EvaluationOptions)}
    rows = []
    for code, mode in OBJECTIVES.items():
        reads = " ".join(flags[name] for name in field_names(mode))
        unit = mode.unit.replace("^2", "²")
        rows.append((code, mode.title, _components(code), unit, _collapsed(code), reads))
    return _table(("mode", "compares", "components, n sweeps", "unit", "`-e`", "reads"), rows)


def mode_options() -> Iterator[str]:
    """Yield the lines about the options of the evaluation, and which modes read them."""
    return _options(EvaluationOptions, "modes", modes_that_read)


def algorithms() -> Iterator[str]:
    """Yield the lines about the search algorithms."""
    rows = [(name, letter, algorithm_of(letter).about) for letter, name in ALGORITHMS.items()]
    return _table(("`-A`", "letter", "what it is"), rows)


def algorithm_options() -> Iterator[str]:
    """Yield the lines about the options of the search, and which algorithms read them."""
    return _options(SearchSettings, "algorithms", algorithms_that_read)


def flags() -> Iterator[str]:
    """Yield the lines about all flags of a fit, in the groups of its help."""
    for group in GROUPS:
        rows = []
        for name, (option, default) in [
            *_listed(FitOptions),
            *run_file_options(FitOptions).items(),
        ]:
            if option.flags and option.group == group:
                readers = readers_of(FitOptions, name)
                does = f"{option.text}; read by {readers}" if readers else option.text
                words = f"`{' '.join(_long_last(option))}`"
                rows.append((words, option.metavar, _default(option, default), does))
        yield from ("", f"**{group}**", "")
        yield from _table(("flag", "value", "default", "does"), rows)
    yield ""


def run_keys() -> Iterator[str]:
    """Yield the lines about the keys of a run file, table by table."""
    keys = keys_of(FitOptions)
    for section in ("", *sections_of(keys)):
        title = f"**[{section}]**" if section else "**before all tables**"
        rows = [
            (f"`{key.name}`", expected_of(key), _default(key.option, key.default), _named(key))
            for key in keys.values()
            if key.section == section
        ]
        if not section:
            rows.insert(0, ("`command`", "the name of a command", "fit", "whose file this is"))
        yield from ("", title, "")
        yield from _table(("key", "value", "default", "flag"), rows)
    yield ""


#: What makes each table.
TABLES: Mapping[str, Callable[[], Iterable[str]]] = MappingProxyType(
    {
        "modes": modes,
        "mode-options": mode_options,
        "algorithms": algorithms,
        "algorithm-options": algorithm_options,
        "flags": flags,
        "run-keys": run_keys,
    }
)


def names_in(text: str) -> list[str]:
    """Return the names of the tables that a page has."""
    return [match[2] for match in _BLOCK.finditer(text)]


def rewritten(text: str) -> str:
    """Return a page with its tables made anew."""
    return _BLOCK.sub(lambda found: "\n".join([found[1] + _lines(found[2]), found[3]]), text)


def pages() -> list[Path]:
    """Return all pages of the documentation."""
    return sorted(FOLDER.glob("*.md"))


def main() -> None:
    """Write the pages whose tables are out of date."""
    for page in pages():
        text = page.read_text(encoding="utf-8")
        if rewritten(text) != text:
            page.write_text(rewritten(text), encoding="utf-8")


def _lines(name: str) -> str:
    return "\n".join(TABLES[name]())


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    yield f"| {' | '.join(head)} |"
    yield "|---" * len(head) + "|"
    for row in rows:
        yield f"| {' | '.join(cell.replace('|', '&#124;') for cell in row)} |"


def _options(record: type[Any], readers: str, that_read: Callable[[str], str]) -> Iterator[str]:
    rows = [
        (f"`{option.name}`", option.text, _default(option, default), " ".join(that_read(name)))
        for name, (option, default) in _listed(record)
        if that_read(name)
    ]
    return _table(("flag", "does", "default", readers), rows)


def _listed(record: type[Any]) -> list[tuple[str, tuple[Option, Any]]]:
    return sorted(options_of(record).items(), key=lambda item: item[1][0].place)


def _named(key: RunKey) -> str:
    return f"`{key.option.name}`" if key.option.flags else key.option.metavar


def _long_last(option: Option) -> list[str]:
    return sorted(option.flags, key=len)


def _default(option: Option, default: Any) -> str:
    """Return a default; nothing where the text says what happens without the flag."""
    unsaid = option.parse is None or default in (None, ()) or "default" in option.text
    return "" if unsaid else str(default)


def _components(code: str) -> str:
    """Return how many components a mode has, by the number of sweeps n, and of spikes c (-c)."""
    few = _size(code, n_sweep=2, count=2)
    by_sweep = _size(code, n_sweep=3, count=2) - few
    by_spike = _size(code, n_sweep=2, count=3) - few
    if by_spike:
        return "c n"
    return str(few) if not by_sweep else "n" if by_sweep == 1 else f"{by_sweep} n"


def _size(code: str, n_sweep: int, count: int) -> int:
    return len(_suite(code, n_sweep, count=count).markers)


def _collapsed(code: str) -> str:
    """Return what -e makes of a mode's components, as far as that is one word."""
    voltage_mV = np.random.default_rng(2).normal(-20.0, 25.0, (1, 2, 60))
    apart = _suite(code, 2).score(voltage_mV)[0]
    together = _suite(code, 2, collapse=True).score(voltage_mV)[0, 0]
    for word, value in (("sum", apart.sum()), ("mean", apart.mean())):
        if np.isclose(together, value, rtol=1e-9):
            return word
    return "see below"


def _suite(code: str, n_sweep: int, count: int = 2, *, collapse: bool = False) -> Suite:
    """Bind a mode to a recording that has spikes, and something between them."""
    voltage_mV = np.random.default_rng(1).normal(-20.0, 25.0, (n_sweep, 60))
    recording = Recording("made", voltage_mV, np.zeros_like(voltage_mV), 0.5)
    settings = EvaluationSettings(
        code, before_spike=1, after_spike=1, spike_count=count, collapse=collapse
    )
    return bind_suite(recording, StimulusWindow(20, 40), settings)


if __name__ == "__main__":
    main()
