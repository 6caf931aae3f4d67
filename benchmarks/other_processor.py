"""A fit on this processor, and on one that is not here: the same bits with --isa, or not.

    python benchmarks/other_processor.py RECORDING -m OV -A Auto --evaluations 260 -t -10

runs the fit twice with `--isa x86-64-v3`, by itself and as on a Haswell of 2013, which qemu-user
emulates (Debian: apt install qemu-user), all of its processes included; then several times without
--isa as this processor would do it, with numpy, OpenBLAS or numba choosing as in the level. It says
of each pair of runs whether they are the same, and where they begin to differ.

`--cpu NAME` emulates another one: `qemu-x86_64 -cpu help` lists them.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from pyneuronautofit._native import isa

#: What Linux programs of a Haswell see.
HASWELL = "Haswell-noTSX,-pcid,-x2apic,-tsc-deadline,-invpcid"
LEVEL = "x86-64-v3"
COLUMNS = {
    "generation": "number, first_row, n_row, population, entered, removed, state",
    "evaluation": "generation, parameters, scores, fitness, coordinates, status, messages",
}
#: What starts the command with another program in the place of Python, workers included.
STARTED = """
import os, sys
sys.executable = os.environ["EMULATED_PYTHON"]
from pyneuronautofit.cli.main import entry_point
entry_point()
"""


def run(name, folder, words, environment, *program):
    began = time.monotonic()
    command = [*program, *words, "-n", "1", "--seed", "1", "-a", name, "--output", str(folder)]
    done = subprocess.run(
        command, env={**os.environ, **environment}, capture_output=True, text=True, check=False
    )
    if done.returncode:
        sys.exit(f"{name}: exit code {done.returncode}\n{done.stderr}")
    print(f"{name:28} {time.monotonic() - began:6.0f} s", flush=True)
    return folder / f"{name}.sqlite"


def emulated_python(folder, cpu):
    program = folder / "python"
    qemu = shutil.which("qemu-x86_64")
    if qemu is None:
        sys.exit("there is no qemu-x86_64 on the PATH: apt install qemu-user")
    program.write_text(f'#!/bin/sh\nexec {qemu} -cpu {cpu} {sys.executable} "$@"\n')
    program.chmod(0o755)
    script = folder / "started.py"
    script.write_text(STARTED)
    return str(program), str(script)


def compared(one, other):
    """Say whether two stores are the same but for times, or where they begin to differ."""
    stores = [sqlite3.connect(path) for path in (one, other)]
    for table, columns in COLUMNS.items():
        query = f"SELECT {columns} FROM {table} ORDER BY 1"
        rows = [store.execute(query).fetchall() for store in stores]
        if table == "generation" and len(rows[0]) != len(rows[1]):
            return f"{len(rows[0])} and {len(rows[1])} generations"
        for row, copy in zip(*rows, strict=True):
            if row != copy and table == "evaluation":
                names = columns.split(", ")
                others = [n for n, a, b in zip(names, row, copy, strict=True) if a != b]
                return f"different from generation {row[0]} on: {', '.join(others)}"
    return "the same bits"


def main(words):
    cpu = HASWELL
    if "--cpu" in words:
        place = words.index("--cpu")
        cpu = words[place + 1]
        words = [*words[:place], *words[place + 2 :]]
    with tempfile.TemporaryDirectory(prefix="other-processor-") as place:
        folder = Path(place)
        program, script = emulated_python(folder, cpu)
        here = (sys.executable, "-m", "pyneuronautofit")
        level = isa.environment_for(LEVEL)
        of_level = [*words, "--isa", LEVEL]
        first = run("this-one-held-to-a-level", folder, of_level, {}, *here)
        emulated = {"EMULATED_PYTHON": program}
        second = run("the-other-held-to-it", folder, of_level, emulated, program, script)
        native = run("this-one-by-itself", folder, words, {}, *here)
        parts = {"numpy": ("NPY_DISABLE_CPU_FEATURES",), "OpenBLAS": ("OPENBLAS_CORETYPE",),
                 "numba": ("NUMBA_CPU_NAME", "NUMBA_CPU_FEATURES")}  # fmt: skip
        found = {f"{LEVEL}, here and on {cpu.partition(',')[0]}": compared(first, second)}
        found[f"{LEVEL} and native"] = compared(first, native)
        for part, names in parts.items():
            chosen = {name: value for name in names if (value := level[name]) is not None}
            other = run(f"{part}-as-in-the-level", folder, words, chosen, *here)
            found[f"native, {part} alone as in the level"] = compared(native, other)
        for pair, answer in found.items():
            print(f"{pair:48} {answer}")


if __name__ == "__main__":
    main(sys.argv[1:])
