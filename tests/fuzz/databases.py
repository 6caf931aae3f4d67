"""Files of models: databases, the JSON files of runs, ratings; and the channels of projects."""

from __future__ import annotations

import gzip
import json
import os
import random
import shutil
import signal
import sys
import traceback
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from fuzz.case import Case, command, reader
from fuzz.mutations import json_bytes, mutated_bytes, mutated_json, mutated_text
from fuzz.sandbox import MOST_S
from pyneuronautofit.codegen.nmodl.syntax import read_mechanism
from pyneuronautofit.database.collected import read_run_models
from pyneuronautofit.database.interrupted import salvage
from pyneuronautofit.database.labels import find_units
from pyneuronautofit.database.models import models_of, read_models
from pyneuronautofit.errors import DatabaseError, PyNeuronAutofitError
from pyneuronautofit.models.mechanisms import declared_mechanism
from pyneuronautofit.optimisers.initial import initial_candidates
from pyneuronautofit.rating.files import read_sheet
from pyneuronautofit.space import ParameterSpace

FILES = (
    "db.json", "db.json", "db2.json.gz", "run-N-final.json", "run-K-final.json",
    "run-N-arXive.json", "run-K-chpnt.json", "run-K-KrWtLg.json",
)  # fmt: skip
_ROWS = [
    ["soma(0.5).hh.gnabar", "log", 0.001, 1.0], ["soma(0.5).hh.gkbar", "log", 0.001, 1.0],
    ["soma(0.5).hh.gl", "lin", 1e-5, 1e-3],
]  # fmt: skip
_BOMB = gzip.compress(b'{"models": [' + b"[]," * 30_000_000, 1)
_KEY = {"id": 0, "digest": "ab"}
_RATING = {"verdict": None, "note": "x", "time": "2024-01-01T00:00:00"}
_SHEET = {
    "format": "pyneuronautofit ratings", "version": 1, "database": "db.json", "rater": "me",
    "blind": 1, "at": _KEY, "ratings": [{**_KEY, **_RATING}],
    "history": [{**_KEY, "before": _RATING}],
}  # fmt: skip
#: Exit codes of a process that reads a channel.
_REFUSED, _RAISED = 98, 99


def _written(rng: random.Random, sound: Path, folder: Path) -> Path:
    """Write a changed file of models and return its path."""
    name = rng.choice(FILES)
    raw = (sound / name).read_bytes()
    zipped = raw[:2] == b"\x1f\x8b"
    text = gzip.decompress(raw) if zipped else raw
    way = rng.random()
    if way < 0.75:
        text = json_bytes(rng, mutated_json(rng, _short(json.loads(text))))
    elif way < 0.9:
        text = mutated_bytes(rng, text)
    else:
        text = mutated_text(rng, text.decode()).encode("utf-8", "replace")
    zipped = zipped or rng.random() < 0.1
    content = gzip.compress(text, 1) if zipped else text
    if rng.random() < 0.05:
        content = mutated_bytes(rng, content)
    if rng.random() < 0.005:
        content = _BOMB
    path = folder / name
    path.write_bytes(content)
    return path


def _short(content: Any) -> Any:
    """Return the content with short lists of models: what is changed is then seen."""
    for key, value in content.items() if isinstance(content, dict) else ():
        if isinstance(value, list) and len(value) > 6 and isinstance(value[0], dict):
            content[key] = value[:6]
    return content


def models(rng: random.Random, sound: Path, folder: Path) -> Case:
    path = _written(rng, sound, folder)
    shutil.copyfile(sound / "cell.npz", folder / "cell.npz")
    out = folder / "out.json"
    ways: tuple[tuple[object, ...], ...] = (
        ("info", path), ("info", path, "--json"),
        ("select", path, "--models", rng.choice(("0", "0:2", "1,3", "0:99")), "-o", out),
        ("merge", path, sound / "db.json", "-o", out), ("merge", path, path, "-o", out),
    )  # fmt: skip
    way = rng.random()
    if way < 0.7:
        return command(*rng.choice(ways))
    if way < 0.705:
        return command("plot-parmdist", path, "-o", folder / "out.png")
    if way < 0.71:
        words = (path, folder / "cell.npz", "-m", "O", "--project", sound / "model", "-n", "1")
        return command("evaluate", *words, "--dt", "0.1", may_run=True)
    return reader(f"the initial population of {path.name}", lambda: _initial(path))


def _initial(path: Path) -> None:
    """Read an initial population as `fit -I` does."""
    space = ParameterSpace.from_rows(_ROWS)
    stored = read_run_models(str(path), path.parent)
    if stored is None:
        try:
            stored = read_models(path)
        except DatabaseError:
            stored = models_of(salvage(path).content, path)
    initial_candidates(space, 12, stored.values_for(space), _generator())


def _generator() -> Any:
    import numpy as np

    return np.random.default_rng(1)


def ratings(rng: random.Random, _sound: Path, folder: Path) -> Case:
    path = folder / "db-ratings.json"
    path.write_bytes(json_bytes(rng, mutated_json(rng, _SHEET)))
    return reader("the ratings db-ratings.json", lambda: read_sheet(path))


def channels(rng: random.Random, sound: Path, folder: Path) -> Case:
    """A .mod file as the code generator reads it."""
    mods: Sequence[Path] = sorted(sound.glob("*.mod"))
    chosen, other = rng.choice(mods), rng.choice(mods)
    text = mutated_text(rng, chosen.read_text(), [other.read_text()])
    path = folder / chosen.name
    path.write_bytes(text.encode("utf-8", "replace"))
    if rng.random() < 0.2:
        path.write_bytes(mutated_bytes(rng, path.read_bytes()))

    def read() -> None:
        declared_mechanism(path)
        find_units([folder])
        read_mechanism(path)

    return Case(f"the channel {path.name}", lambda: _in_a_worker(read))


def _in_a_worker(read: Callable[[], None]) -> int | None:
    """Read in a process of its own, as the program does: NEURON's parser may end it."""
    worker = os.fork()
    if not worker:
        code = 0
        try:
            signal.alarm(int(MOST_S))
            signal.signal(signal.SIGALRM, signal.SIG_DFL)
            read()
        except PyNeuronAutofitError:
            code = _REFUSED
        except BaseException:  # noqa: BLE001 - that is what is looked for
            traceback.print_exc(file=sys.__stderr__)
            code = _RAISED
        os._exit(code)
    code = os.waitstatus_to_exitcode(os.waitpid(worker, 0)[1])
    if code == -signal.SIGALRM:
        raise TimeoutError("the channel is not read in time")
    if code == _RAISED:
        raise RuntimeError("the channel raises what is no message; see above")
    return 0 if code == 0 else 2
