"""The options that say what is simulated for sbi."""

from __future__ import annotations

from dataclasses import dataclass

from pyneuronautofit._options import MODEL, at_least, option
from pyneuronautofit._words import FOLDER, whole


@dataclass(frozen=True, kw_only=True)
class SbiOptions:
    """What is simulated for sbi, and where it is written."""

    sbi: str | None = option(
        None,
        "--sbi",
        group=MODEL,
        metavar="FOLDER",
        parse=FOLDER,
        help="draw parameters between their bounds, simulate them, and write them with features "
        "of their voltages and of the recording's as arrays that the package sbi is trained with",
    )
    simulations: int = option(
        10_000,
        "--simulations",
        group=MODEL,
        metavar="N",
        parse=whole,
        check=at_least(2),
        help="how many for --sbi",
    )
    sbi_seed: int = option(
        0,
        "--sbi-seed",
        group=MODEL,
        metavar="SEED",
        parse=whole,
        check=at_least(0),
        help="decides which parameters are drawn for --sbi",
    )
