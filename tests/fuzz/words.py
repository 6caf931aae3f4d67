"""Words of command lines: values of every option of every command."""

from __future__ import annotations

import random
import shutil
from pathlib import Path

from cli.commands import CONFIGS, words_of
from cli.test_any_words import NAMES, NEEDED, NUMBERS, TEXTS
from fuzz import mutations
from fuzz.case import Case, command
from pyneuronautofit._options import Option, options_of
from pyneuronautofit._words import FileWord, Use, real, whole

#: Those that simulate, or draw: a few of them take as long as a thousand others.
_SLOW = frozenset(
    {"fit", "init", "polish", "simulate", "evaluate", "check", "final-check", "search-init",
     "search-synmin", "plot-parmdist", "populations"}
)  # fmt: skip
_QUICK = tuple(sorted(set(NEEDED) - _SLOW))


def quick(rng: random.Random, sound: Path, folder: Path) -> Case:
    return _case(rng, sound, folder, rng.choice(_QUICK))


def slow(rng: random.Random, sound: Path, folder: Path) -> Case:
    return _case(rng, sound, folder, rng.choice(sorted(_SLOW - {"final-check"})))


def _case(rng: random.Random, sound: Path, folder: Path, name: str) -> Case:
    values = {key: _place(folder, value) for key, value in NEEDED[name].items()}
    described = options_of(CONFIGS[name])
    # Nobody waits for a run that is watched, nor rates, nor has jobs to submit to a cluster.
    left_out = {"watch_s", "rate", "serve", "submit"}
    fields = [field for field in described if field not in left_out]
    for field in rng.sample(fields, min(rng.choice((1, 1, 2, 3)), len(fields))):
        values[field] = _word(rng, described[field][0])
    for name_ in ("cell.npz", "db.json"):
        shutil.copyfile(sound / name_, folder / name_)
    shutil.copytree(sound / "model", folder / "model")
    shutil.copyfile(sound / "run-N.sqlite", folder / "run.sqlite")
    line = words_of(name, values)
    if rng.random() < 0.1:
        line.insert(rng.randrange(1, len(line) + 1), rng.choice((*NAMES, *NUMBERS)))
    if rng.random() < 0.05:
        del line[rng.randrange(1, len(line))]
    if "--watch" in line or any(word.startswith("--w") for word in line):
        line = ["status", str(folder / "run.sqlite")]
    return command(*line, may_run=name in _SLOW)


def _place(folder: Path, value: str) -> str:
    """Return a value that names one of the sound files as one in the folder of the input."""
    names = {"cell.npz", "db.json", "model", "run", "out.npz", "out.json", "{}.png", "out.png",
             "x.toml"}  # fmt: skip
    return str(folder / value) if value in names else value


def _word(rng: random.Random, option: Option) -> str:
    if rng.random() < 0.3:
        return rng.choice(("1", "2", "3", "0.1", "10", "OV", "N", "0:2", "csv", "out", "[0, 1]"))
    if option.parse in (whole, real):
        extreme = rng.choice((*map(str, mutations.WHOLE), *map(repr, mutations.REAL)))
        return rng.choice((rng.choice(NUMBERS), extreme))
    if isinstance(option.parse, FileWord):
        # What a command is told to write over is no input of it, which would have to stay.
        there = (
            ()
            if option.parse.use in (Use.WRITTEN, Use.FOLDER)
            else ("model", "db.json", "cell.npz")
        )
        return rng.choice((*NAMES, "/dev/null", "/dev/zero", *there))
    # The program sees words as the system hands them over: without the character of the number 0.
    words = (*TEXTS, *mutations.TEXTS, mutations.mutated_text(rng, "OV"))
    return rng.choice(words)
