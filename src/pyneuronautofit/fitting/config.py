"""What decides what a fit does, but for how long it goes on."""

from __future__ import annotations

from dataclasses import dataclass

from pyneuronautofit._options import FITTING, Resumed, option
from pyneuronautofit._words import READ, text
from pyneuronautofit.fitting.cells.options import CellOptions
from pyneuronautofit.objectives import EvaluationOptions
from pyneuronautofit.optimisers import SearchSettings, about_algorithms
from pyneuronautofit.recordings import RecordingOptions
from pyneuronautofit.simulators import SimulationOptions


@dataclass(frozen=True, kw_only=True)
class FitConfig(
    RecordingOptions, CellOptions, EvaluationOptions, SearchSettings, SimulationOptions
):
    """A fit: what its parts read, each beside what it sets, and which algorithm searches.

    How long it goes on, and from which seed, is a `Budget`'s.
    """

    adaptive_by_default = True

    beside: tuple[str, ...] = option(
        (),
        group="",
        metavar="RECORDING",
        parse=READ,
        place=1,
        resumed=Resumed.CONTENT,
        help="further recordings of the same cell, or of others with --cell, which are fitted as "
        "well; FILE:SWEEPS takes some of a file's sweeps",
    )

    algorithm: str = option(
        "Krayzman",
        "-A",
        "--algorithm",
        group=FITTING,
        metavar="ALGOR",
        parse=text,
        place=-3,
        help=about_algorithms,
    )
    off_log_scale: bool = option(
        False,
        "-L",
        "--off-log-scale",
        group=FITTING,
        help="turn logarithmic search of 'log' parameters off",
    )
