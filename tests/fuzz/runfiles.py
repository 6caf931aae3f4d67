"""Run files: of sound ones any text, any bytes, and any values."""

from __future__ import annotations

import random
from pathlib import Path

from cli.commands import CONFIGS
from fuzz.case import Case, command
from fuzz.mutations import REAL, TEXTS, WHOLE, mutated_bytes, mutated_text
from pyneuronautofit.cli.runfile import keys_of
from pyneuronautofit.cli.runfile.values import as_toml

_SOUND = (
    'recording = "cell.npz"\n[model]\neval-mode = "OV"\nstimulus = [1, 3]\n',
    'command = "fit"\nrecording = ["cell.npz"]\n[fitting]\nseed = 1\n[weights]\nV = 2.0\n'
    'sweeps = {3 = 0.5, "0:5" = 2}\n[model]\neval-mask = {O = [0, 1]}\n',
    "[model]\nspike-threshold = -10.0\ncollapse-diff = true\nhold-out = [1]\n[run]\ndt = 1e-1\n",
)


def run_file(rng: random.Random, sound: Path, folder: Path) -> Case:
    """A run file, read by a command that is quick."""
    path = folder / "x.toml"
    text = mutated_text(rng, rng.choice(_SOUND), _SOUND) if rng.random() < 0.5 else _drawn(rng)
    path.write_bytes(text.encode("utf-8", rng.choice(("replace", "surrogatepass"))))
    if rng.random() < 0.2:
        path.write_bytes(mutated_bytes(rng, path.read_bytes()))
    cell = sound / "cell.npz"
    if rng.random() < 0.4:
        return command("sweeps", cell, "--run", path)
    return command("compare", cell, cell, "--run", path, *rng.choice(([], ["-m", "O"])))


def _drawn(rng: random.Random) -> str:
    """Return a file with keys that there are, and any values."""
    keys = list(keys_of(CONFIGS["fit"]).values())
    lines: dict[str, list[str]] = {}
    for key in rng.sample(keys, rng.choice((1, 3, 8))):
        lines.setdefault(key.section, []).append(f"{key.name} = {_value(rng)}")
    tables = [
        "\n".join([*([f"[{section}]"] if section else []), *found])
        for section, found in sorted(lines.items())
    ]
    return "\n".join(tables)


def _value(rng: random.Random) -> str:
    kind = rng.randrange(6)
    if kind == 0:
        return str(rng.choice(WHOLE))
    if kind == 1:
        return repr(rng.choice(REAL))
    if kind == 2:
        return rng.choice(("true", "false", "[]", "{}", "1979-05-27", "07:32:00", "0x_ff", "1__0"))
    if kind == 3:
        depth = rng.choice((1, 1, 2, 3000))
        return "[" * depth + _value(rng) + "]" * depth
    if kind == 4:
        return f"[{_value(rng)}, {_value(rng)}]"
    return as_toml(rng.choice(TEXTS))
