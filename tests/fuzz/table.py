"""All kinds of inputs, and how many of a hundred are of each."""

from __future__ import annotations

import random
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

from fuzz import databases, recordings, runfiles, stores, words
from fuzz.case import Case, Maker

#: Kind -> (how it is made, its share).
KINDS: Mapping[str, tuple[Maker, float]] = MappingProxyType(
    {
        "abf": (recordings.abf, 6),
        "abf headers": (recordings.abf_headers, 9),
        "npz": (recordings.npz, 7),
        "npz bytes": (recordings.npz_bytes, 3),
        "json recording": (recordings.json_recording, 7),
        "nwb": (recordings.nwb, 4),
        "nwb bytes": (recordings.nwb_bytes, 2),
        "columns": (recordings.columns, 4),
        "wcp": (recordings.wcp, 1),
        "mask": (recordings.mask, 3),
        "run file": (runfiles.run_file, 4),
        "store damaged": (stores.damaged, 5),
        "store tables": (stores.other_tables, 3),
        "store cells": (stores.other_cells, 14),
        "models": (databases.models, 15),
        "ratings": (databases.ratings, 2),
        "channels": (databases.channels, 6),
        "words": (words.quick, 8),
        "words, slow": (words.slow, 1),
    }
)


def make_case(seed: int, number: int, sound: Path, folder: Path) -> tuple[str, Case]:
    """Write the files of an input into a folder; return its kind, and what is asked."""
    rng = random.Random(f"{seed}/{number}")
    shares = [share for _make, share in KINDS.values()]
    (kind,) = rng.choices(list(KINDS), shares)
    return kind, KINDS[kind][0](rng, sound, folder)
