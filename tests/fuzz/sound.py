"""Sound files of every kind that is read; what is tried is made of these."""

from __future__ import annotations

import contextlib
import gzip
import io
import json
import shutil
import sqlite3
import sys
from pathlib import Path

import numpy as np

from cli.conftest import HH_PROJECT, write_recording
from pyneuronautofit.cli.main import main
from pyneuronautofit.runs import export_results, open_run
from recordings import _made as recordings

MASKS = ("2", "(0, 1)", "[0, 2]", "{'O': [0, 1], 'V': (1, 2)}", "\ufeff# all\n{\n 'V': 1,\n}\n")
_HH = ["soma(0.5).hh.gnabar", "soma(0.5).hh.gkbar", "soma(0.5).hh.gl"]
_SIZES = {"N": 12, "K": 12}


def make_sound(folder: Path) -> None:
    """Write all of them into a folder."""
    folder.mkdir(parents=True)
    (folder / "model").mkdir()
    (folder / "model" / "project.py").write_text(HH_PROJECT)
    write_recording(folder / "cell.npz")
    recordings.write_csv(folder / "cell.csv")
    recordings.write_atf(folder / "cell.atf")
    recordings.write_wcp(folder / "cell.wcp")
    recordings.write_abf(folder / "a.abf")
    recordings.write_abf1(folder / "b.abf")
    recordings.write_channels(
        folder / "c.abf", ("IN 0", "mV"), commands=(recordings.command(name="CMD"),)
    )
    recordings.write_json(folder / "a.json")
    for pairing in ("number", "table"):
        recordings.write_nwb(folder / f"{pairing}.nwb", pairing=pairing, lengths=(1280,) * 2)
    recordings.write_nwb(folder / "times.nwb", jitter=0.0, lengths=(1280,) * 2, stimuli=2)
    _write_runs(folder)
    _write_databases(folder)
    for number, mask in enumerate(MASKS):
        (folder / f"{number}.mask").write_text(mask, encoding="utf-8")
    mods = Path(__file__).resolve().parents[1] / "simulators" / "mods"
    for path in sorted(mods.glob("*.mod")):
        shutil.copy(path, folder / path.name)


def _write_runs(folder: Path) -> None:
    """Make a run of two generations by each kind of search, with its JSON files."""
    for letter, size in _SIZES.items():
        words = ["-A", letter, "-m", "OV", "-P", str(size), "-G", "2", "--dt", "0.1", "--seed", "1"]
        words += ["-n", "1", "-a", f"run-{letter}", "--output", str(folder), "-E", "2"]
        words += ["--project", str(folder / "model"), str(folder / "cell.npz")]
        said = io.StringIO()
        with contextlib.redirect_stdout(said), contextlib.redirect_stderr(said):
            code = main(words)
        if code:
            raise RuntimeError(f"no run: {said.getvalue()}")
        store = folder / f"run-{letter}.sqlite"
        with contextlib.closing(sqlite3.connect(store)) as connection:
            connection.execute("PRAGMA journal_mode = DELETE")
        with open_run(store) as run:
            export_results(run, run.files, checkpoint=True, adaptations=True)


def _write_databases(folder: Path) -> None:
    rng = np.random.default_rng(1)
    models = []
    for number, values in enumerate(rng.uniform(1e-4, 0.1, (4, len(_HH)))):
        models.append(
            {
                "parameters": dict(zip(_HH, values.tolist())),
                "fitness": rng.random(5).tolist(),
                "target": 0,
                "evaluation": "A" * 16,
                "src": 0,
                "selection": "non-dominated",
                "id": number,
                "init": {"soma.v": -70.5, "axon.v": -70.25},
                "gsynmin": [0.1, None, 0.2],
            }
        )
    evaluation = {"mode": "OV", "mask": {"O": [0, 1]}, "threshold": -10.0}
    content = {
        "version": "1.2", "module": "project", "cell": "HHCell", "temperature": 35.0,
        "setcable": "setcable",
        "parameters": [[_HH[0], "log", 1e-3, 1.0], [_HH[1:2], "log", 1e-3, _HH[0]],
                       [_HH[2], "lin", 1e-5, 1e-3], None],
        "targets": ["cell.npz"], "evaluations": {"A" * 16: evaluation}, "sources": ["run-N"],
        "gsynmin": [1.0, 0.0, -1.0], "models": [*models, None], "discarded": [],
    }  # fmt: skip
    (folder / "db.json").write_text(json.dumps(content, indent=1))
    compact = json.dumps({**content, "models": models}, separators=(",", ":")).encode()
    (folder / "db2.json.gz").write_bytes(gzip.compress(compact))


if __name__ == "__main__":
    make_sound(Path(sys.argv[1]))
