"""Which cells are fitted together, and what they have in common."""

from __future__ import annotations

from dataclasses import dataclass

from pyneuronautofit._options import MODEL, above, option
from pyneuronautofit._words import real, text

# A spread of many ranges pulls nothing.
_MOST = 1000.0


@dataclass(frozen=True, kw_only=True)
class CellOptions:
    """Several cells in one fit; docs/joint-fits.md says how."""

    cells: tuple[str, ...] = option(
        (),
        "--cell",
        group=MODEL,
        metavar="CELL=RECORDING",
        parse=text,
        help="the recording of this name is of this cell; given for every recording, several cells "
        "are fitted at once",
    )
    shared: tuple[str, ...] = option(
        (),
        "--shared",
        group=MODEL,
        metavar="PARAMETER",
        parse=text,
        help="with --cell: a parameter that all cells share, or several by a * in it; may be given "
        "several times; each cell has the others for itself",
    )
    private: tuple[str, ...] = option(
        (),
        "--private",
        group=MODEL,
        metavar="PARAMETER",
        parse=text,
        help="the same the other way round: a parameter that each cell has for itself; the others "
        "are shared",
    )
    pull: float | None = option(
        None,
        "--pull",
        group=MODEL,
        metavar="SD",
        parse=real,
        check=above(0, _MOST),
        help="with --cell: pull the private parameters of the cells towards their mean; SD is how "
        "far they are expected to be from it, as a part of their range, such as 0.1",
    )
