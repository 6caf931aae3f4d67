"""A folder in which the commands of the documentation run as they are printed.

The files that pages speak of are there, small, under the very names that are printed (RECORDING,
MODELS, checked.json, ..); nothing is replaced in a command but how much it computes.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

import numpy as np

from blocks import REPOSITORY, Block
from importers.foreign import write_allen
from pyneuronautofit.database import read_models
from pyneuronautofit.rating import Sheet, SheetFile, Verdict, ratings_path
from pyneuronautofit.rating.sheet import key_of

#: How much less is computed than is printed.
LESS = (
    (r"(--evaluations)[ =]\d+", r"\1 90"),
    (r"(evaluations *= *)[\d_]+", r"\g<1>90"),
    (r"(--simulations)[ =]\d+", r"\1 20"),
    (r"-G 1536 -P 240", "-G 8 -P 48"),
    (r"-G \d{2,}", "-G 4"),
    (r"-P \d{3,}", "-P 8"),
)
_EXAMPLE = "examples/experimentaldata/TC-example"
_TIME_S = 1700
_NAMED = re.compile(r"# ([\w-]+\.(?:py|toml))$", re.MULTILINE)


def lessened(text: str) -> str:
    """Return commands that compute less than the printed ones."""
    for pattern, less in LESS:
        text = re.sub(pattern, less, text)
    return text


def set_up(folder: Path) -> None:
    """Make the scene: the examples, and the files that pages name."""
    for name in ("examples", "benchmarks"):
        leave_out = shutil.ignore_patterns("__pycache__", "x86_64", "arm64", "out")
        shutil.copytree(REPOSITORY / name, folder / name, ignore=leave_out, symlinks=True)
    for name in ("Makefile", "pyproject.toml", "constraints.txt"):
        shutil.copy2(REPOSITORY / name, folder / name)
    # The channels of the examples are links into it.
    (folder / "src").symlink_to(REPOSITORY / "src")
    # Whatever environment runs the tests: `make` finds it set up.
    (folder / ".venv/bin").mkdir(parents=True)
    (folder / ".venv/bin/python").write_text(f'#!/bin/sh\nexec "{sys.executable}" "$@"\n')
    (folder / ".venv/bin/python").chmod(0o755)
    (folder / ".venv/.installed").touch()
    for name in ("RECORDING", "cell.abf", "steps.abf"):
        shutil.copyfile(folder / f"{_EXAMPLE}.abf", folder / name)
    shutil.copyfile(folder / f"{_EXAMPLE}-truth.json", folder / "MODELS")
    write_models(folder / "checked.json", folder / "MODELS")
    write_allen(folder / "SOURCE")
    shutil.copyfile(folder / f"{_EXAMPLE}-mask.json", folder / "mask.json")
    for name in ("ramps.nwb", "other.nwb"):
        write_nwb(folder / name, folder / "cell.abf")
    run("-m pyneuronautofit simulate MODELS RECORDING -o RESPONSES.npz", folder)
    few = "-A NSGA2 -m OV -t -10 --seed 1 -k [0,4,7]"
    for name, output in (
        ("STAMP", "results"),
        ("STAMP", "."),
        ("RUN", "."),
        ("run1", "."),
        ("run2", "."),
    ):
        run(f"-m pyneuronautofit {few} -G 2 -P 16 -a {name} --output {output} RECORDING", folder)


def run(words: str, folder: Path) -> None:
    """Run Python with some words."""
    subprocess.run([sys.executable, *words.split()], cwd=folder, check=True, capture_output=True)


def write_models(path: Path, one: Path) -> None:
    """Write 21 models like one, and what somebody thinks of the first of them."""
    content = json.loads(one.read_text(encoding="utf-8"))
    (model,) = content["models"]
    name = "soma(0.5).pas.g"
    values = [model["parameters"][name] * (1.0 + 0.01 * number) for number in range(21)]
    content["models"] = [
        {**model, "id": number, "parameters": {**model["parameters"], name: value}}
        for number, value in enumerate(values)
    ]
    path.write_text(json.dumps(content), encoding="utf-8")
    with SheetFile(ratings_path(path, None), path.name) as file:
        first = read_models(path).models[0]
        file.save(file.open(Sheet(None)).rate(key_of(first), Verdict.ACCEPTED))


def write_nwb(path: Path, recording: Path) -> None:
    """Write three sweeps of a recording as an NWB file with the stimulus "Long Square"."""
    import datetime

    import pynwb

    from pyneuronautofit.recordings import read_recording

    read = read_recording(recording)
    file = pynwb.NWBFile("made", "made", datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC))
    electrode = file.create_icephys_electrode(
        name="electrode", description="made", device=file.create_device("amplifier")
    )
    for sweep in (0, 4, 7):
        clock = {"rate": 1000.0 / read.step_ms, "starting_time": 10.0 * sweep}
        settings = {"electrode": electrode, "gain": 1.0, "sweep_number": np.uint32(sweep), **clock}
        current_A = 1e-12 * read.current_pA[sweep]
        stimulus = pynwb.icephys.CurrentClampStimulusSeries(
            name=f"stimulus {sweep}",
            data=current_A,
            stimulus_description="Long Square",
            **settings,
        )
        response = pynwb.icephys.CurrentClampSeries(
            name=f"response {sweep}",
            data=1e-3 * read.voltage_mV[sweep],
            stimulus_description="Long Square",
            **settings,
        )
        file.add_stimulus(stimulus, use_sweep_table=False)
        file.add_acquisition(response, use_sweep_table=False)
        file.add_intracellular_recording(electrode=electrode, stimulus=stimulus, response=response)
    with pynwb.NWBHDF5IO(path, "w") as io:
        io.write(file)


def run_page(blocks: Iterable[Block], folder: Path) -> subprocess.CompletedProcess[str]:
    """Run the blocks of a page one after the other, as somebody would who follows it.

    Commands share one shell, as they do for a reader; programs run where the page began.
    """
    script = ["set -euo pipefail", f"start='{folder}'"]
    named = {}
    for block in blocks:
        # The content of a file: its first line is a comment with its name.
        if found := _NAMED.match(block.text):
            named[block.line] = found[1]
            (folder / found[1]).write_text(lessened(block.text), encoding="utf-8")
    for block in blocks:
        if not block.runs:
            continue
        text = lessened(block.text)
        script.append(f"echo '== line {block.line}' >&2")
        if block.language == "python":
            program = named.get(block.line, f"program_{block.line}.py")
            (folder / program).write_text(text, encoding="utf-8")
            script.append(f'(cd "$start" && python {program})')
        else:
            script.append(text)
    # `python` and `pyneuronautofit` are those of the tests.
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    environment = {**os.environ, "PATH": path, "MAKEFLAGS": "EVALUATIONS=90"}
    return subprocess.run(
        ["bash", "-c", "\n".join(script)],
        cwd=folder,
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        timeout=_TIME_S,
    )
