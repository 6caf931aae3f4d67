"""What the options say about cells: which recording is of which, and what they share."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pyneuronautofit._text import nearest, quoted, shortened
from pyneuronautofit.errors import ParameterError, UsageError
from pyneuronautofit.fitting.cells.options import CellOptions
from pyneuronautofit.space import Parameter, ParameterSpace, groups_of, joint_rows
from pyneuronautofit.space.paths import CELL_NAME, OF_CELL, is_cell_name

_LEAST_CELLS = 2


@dataclass(frozen=True)
class CellPlan:
    """Several cells that are fitted together.

    Attributes
    ----------
    of_recording
        Name of a recording -> name of its cell.
    """

    of_recording: Mapping[str, str]

    @property
    def cells(self) -> tuple[str, ...]:
        """The names of the cells, in the order of their first recordings."""
        return tuple(dict.fromkeys(self.of_recording.values()))

    def check_fitted(self, recordings: Sequence[str]) -> None:
        """Raise UsageError unless of every cell a recording is fitted, one of these names."""
        fitted = {self.of_recording[name] for name in recordings}
        without = [cell for cell in self.cells if cell not in fitted]
        if without:
            raise UsageError(
                f"--hold-out: all recordings of the cell {without[0]} are held out, so nothing "
                "decides its own parameters: fit one of them, or leave the cell out"
            )


def plan_cells(options: CellOptions, recordings: Sequence[str]) -> CellPlan | None:
    """Return which recording is of which cell; None: all are of one.

    Parameters
    ----------
    recordings
        Their names.

    Raises
    ------
    UsageError
        If a cell has no recording, a recording no cell, or what is shared is said without cells.
    """
    if not options.cells:
        for flag, given in (
            ("--shared", options.shared),
            ("--private", options.private),
            ("--pull", options.pull),
        ):
            if given:
                raise UsageError(
                    f"{flag} is about several cells, and none is named: say by --cell "
                    "NAME=RECORDING, or in the table [cells] of a run file, which recording is of "
                    "which cell"
                )
        return None
    found: dict[str, str] = {}
    for word in options.cells:
        cell, name = _divided(word, recordings)
        if name in found:
            raise UsageError(f"--cell {word}: {name} is of the cell {found[name]} already")
        found[name] = cell
    without = [name for name in recordings if name not in found]
    if without:
        raise UsageError(
            f"--cell: {quoted(without)} is of no cell; say for every recording which cell it is "
            f"of, such as --cell {next(iter(found.values()))}={without[0]}"
        )
    plan = CellPlan({name: found[name] for name in recordings})
    if len(plan.cells) < _LEAST_CELLS:
        raise UsageError(
            f"--cell: all recordings are of one cell, {plan.cells[0]}: expected two cells or more. "
            "Several recordings of one cell are fitted without --cell"
        )
    return plan


def _divided(word: str, recordings: Sequence[str]) -> tuple[str, str]:
    cell, equals, name = word.partition("=")
    cell = cell.strip()
    if not equals or not is_cell_name(cell):
        raise UsageError(
            f"--cell {shortened(word)}: expected CELL=RECORDING, the name of a cell ({CELL_NAME}) "
            f"and that of a recording, such as young={recordings[0]}"
        )
    # What stands behind the last slash is how results call it.
    name = name.strip().rpartition("/")[2]
    if name not in recordings:
        like = nearest(name, recordings)
        hint = f"; did you mean {like}?" if like else ""
        raise UsageError(
            f"--cell {shortened(word)}: {name or 'nothing'} is none of the recordings, which are "
            f"{quoted(recordings)}{hint}"
        )
    return cell, name


def refuse_cells(space: ParameterSpace) -> None:
    """Raise ParameterError if a model's own parameters name cells: that is not its affair."""
    named = [path.text for p in space.parameters for path in p.targets if path.cell]
    if named:
        raise ParameterError(
            f"param_nslh: {named[0]} has the name of a cell behind its {OF_CELL}; expected paths "
            "in one cell, such as soma.L. Which parameters each of several cells has for itself is "
            "said by --shared or --private"
        )


def joint_space(options: CellOptions, cells: Sequence[str], one: ParameterSpace) -> ParameterSpace:
    """Return the space of several cells' parameters.

    Parameters
    ----------
    cells
        Their names.
    one
        The space of one cell.

    Raises
    ------
    UsageError
        If what is to be shared, or private, is no parameter; or everything is, or nothing.
    ParameterError
        If the bound of a shared parameter is the value of a private one.
    """
    parameters = one.parameters
    private = _private(options, parameters)
    rows = joint_rows(parameters, cells, private)
    space = ParameterSpace.from_rows(rows, log_search=one.log_search)
    if not groups_of(space):
        raise UsageError(
            "--shared: the cells share all parameters, so they are one cell: leave out --cell and "
            "what is shared, and give all recordings to one fit"
        )
    if options.pull is None and len(private) == len(parameters):
        raise UsageError(
            "--cell: the cells share no parameter, and nothing pulls theirs together: say by "
            "--shared which they share, give --pull, or fit each cell by itself"
        )
    return space


def _private(options: CellOptions, parameters: Sequence[Parameter]) -> frozenset[str]:
    """Return the names of the parameters that each cell has for itself."""
    if options.shared and options.private:
        raise UsageError(
            "--shared and --private: leave out one of them; what one of them does not name is the "
            "other"
        )
    flag, patterns = (
        ("--private", options.private) if options.private else ("--shared", options.shared)
    )
    named = {name for pattern in patterns for name in _matching(flag, pattern, parameters)}
    if options.private:
        return frozenset(named)
    return frozenset(parameter.name for parameter in parameters) - named


def _matching(flag: str, pattern: str, parameters: Sequence[Parameter]) -> list[str]:
    """Return the parameters that a pattern names: by a path as it is, or with any text for a *."""
    texts = {path.text: parameter.name for parameter in parameters for path in parameter.targets}
    if pattern in texts:
        return [texts[pattern]]
    wanted = re.compile(".*".join(map(re.escape, re.split(r"\*+", pattern))), re.DOTALL)
    found = [name for text, name in texts.items() if wanted.fullmatch(text)]
    if not found:
        like = nearest(pattern, texts)
        hint = f"did you mean {like}?" if like else f"they are {quoted(texts, 40)}"
        raise UsageError(f"{flag} {shortened(pattern)}: no searched parameter is called so; {hint}")
    return found
