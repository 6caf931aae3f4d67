"""Makes the notebook of the documentation: writes its cells, runs them, keeps what they show.

Needs the extras `docs` and `notebook`. With --check, runs it and writes nothing.
"""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path

import nbformat
from nbclient import NotebookClient

HERE = Path(__file__).parent
NOTEBOOK = HERE / "recording-to-report.ipynb"

TEXT = "markdown"
CODE = "code"
CELLS = (
    (
        TEXT,
        "# From a recording to a report\n\n"
        "A whole fit in a notebook: a recording, a model, a search, and a look at what was found. The "
        "recording is simulated here, so the true parameters are known; one of your own is read with "
        '`pnaf.read_recording("cell.abf")`. It takes about a minute on two cores, half of which is '
        "compiling.",
    ),
    (CODE, "import numpy as np\nimport pyneuronautofit as pnaf\nfrom neuron import h"),
    (
        TEXT,
        "## A model\n\nA cell class, as in any NEURON script. `setcable` sets what follows from the "
        "parameters, here nothing. The parameters that are searched are rows of name, scale and "
        "bounds.",
    ),
    (
        CODE,
        "class Soma:\n"
        "    def __init__(self, nid=None):\n"
        '        self.soma = h.Section(name="soma", cell=self)\n'
        "        self.soma.L = self.soma.diam = 30\n"
        '        self.soma.insert("hh")\n'
        "\n"
        "    def setcable(self):\n"
        "        pass\n"
        "\n"
        "\n"
        "PARAMS = [\n"
        '    ["soma(0.5).hh.gnabar", "log", 0.02, 0.5],   # S/cm2\n'
        '    ["soma(0.5).hh.gkbar", "log", 0.005, 0.2],\n'
        '    ["soma(0.5).hh.gl", "log", 1e-5, 1e-2],\n'
        "]\n"
        "model = pnaf.CellModel(Soma, PARAMS)\n"
        "model",
    ),
    (
        TEXT,
        "## A recording\n\nFour sweeps of 150 ms at the squid's temperature, with 0.3 mV of noise. "
        "Arrays have the shape (sweeps, samples); mV, pA and ms.",
    ),
    (
        CODE,
        "TRUE = dict(gnabar=0.12, gkbar=0.036, gl=3e-4)\n"
        "AMPLITUDES_pA = [-100, 100, 200, 400]\n"
        "DT_ms = 0.1\n"
        "\n"
        'h.load_file("stdrun.hoc")\n'
        "h.celsius = 6.3\n"
        "h.dt, h.steps_per_ms = 0.01, 100\n"
        "cell = Soma()\n"
        "for name, value in TRUE.items():\n"
        "    setattr(cell.soma(0.5).hh, name, value)\n"
        "clamp = h.IClamp(cell.soma(0.5))\n"
        "clamp.delay, clamp.dur = 20, 100\n"
        "recorded = h.Vector().record(cell.soma(0.5)._ref_v, DT_ms)\n"
        "rng = np.random.default_rng(1)\n"
        "\n"
        "v, i = [], []\n"
        "for amplitude_pA in AMPLITUDES_pA:\n"
        "    clamp.amp = amplitude_pA / 1000  # nA\n"
        "    h.finitialize(-65)\n"
        "    h.continuerun(150)\n"
        "    v.append(recorded.as_numpy()[:1500] + rng.normal(0, 0.3, 1500))\n"
        "    i.append(np.where((np.arange(1500) >= 200) & (np.arange(1500) < 1200), amplitude_pA, 0))\n"
        "del cell, clamp, recorded  # what stays here plays no part in the fit\n"
        "\n"
        'recording = pnaf.Recording.from_arrays(v, i, dt_ms=DT_ms, name="soma")\n'
        "recording",
    ),
    (
        TEXT,
        "## A fit\n\nModes say what is compared: `O` the number of spikes, `V` the voltage. Sweep 2 is "
        "held out: it is not fitted, but shown beside the others. The same seed finds the same models, "
        "also from the command line.",
    ),
    (
        CODE,
        "fit = pnaf.fit(\n"
        '    recording, model, modes="OV", hold_out=[2], evaluations=1000, seed=1,\n'
        '    temperature_degC=6.3, spike_threshold_mV=-10, output="runs",\n'
        ")\n"
        "fit",
    ),
    (TEXT, "## What was found\n\nThe best compromise between the modes, and what it scores:"),
    (CODE, 'best = fit.best("compromise")\nbest'),
    (
        CODE,
        '{name: best.parameters[f"soma(0.5).hh.{name}"] / value for name, value in TRUE.items()}',
    ),
    (CODE, "fit.plot();"),
    (CODE, "fit.plot_course();"),
    (
        TEXT,
        "All non-dominated models, as a table. Any other parameters are scored in the same way; here "
        "the true ones, which miss the recording by its noise (0.09 mV² a sweep) and by the time "
        "steps of NEURON's that it was made with.",
    ),
    (CODE, 'table = fit.to_dataframe()\ntable.sort_values("V").head()'),
    (CODE, 'table.attrs["units"]'),
    (
        CODE,
        'fit.evaluate({f"soma(0.5).hh.{name}": value for name, value in TRUE.items()})',
    ),
    (
        TEXT,
        "## A report\n\nOne HTML file that needs nothing else. The run is a run as the command's: "
        "`pyneuronautofit status runs`, `report`, `collect` and `--resume` take it.",
    ),
    (CODE, "report = fit.report()\nreport.suffix, report.stat().st_size > 100_000"),
)


def made() -> nbformat.NotebookNode:
    """Return the notebook, not yet executed."""
    notebook = nbformat.v4.new_notebook()
    notebook.metadata["kernelspec"] = {
        "name": "python3", "display_name": "Python 3", "language": "python",
    }  # fmt: skip
    for number, (kind, text) in enumerate(CELLS):
        cell = (nbformat.v4.new_markdown_cell if kind == TEXT else nbformat.v4.new_code_cell)(text)
        # Otherwise drawn at random, so that the file would change each time.
        cell["id"] = f"cell-{number:02d}"
        notebook.cells.append(cell)
    return notebook


def execute(notebook: nbformat.NotebookNode) -> None:
    """Run all cells in an empty folder; raises where one of them fails."""
    # Else NEURON says that there is no screen.
    os.environ["NEURON_MODULE_OPTIONS"] = "-nogui"
    with tempfile.TemporaryDirectory() as folder:
        client = NotebookClient(
            notebook, timeout=600, kernel_name="python3", resources={"metadata": {"path": folder}}
        )
        client.execute()
    # Sphinx colours code by this; the rest of it says which Python there was.
    notebook.metadata["language_info"] = {"name": "python", "pygments_lexer": "ipython3"}
    for cell in notebook.cells:
        # When each was run is nobody's business.
        cell.metadata.pop("execution", None)


def main() -> None:
    """Make the notebook anew, or check that it runs."""
    notebook = made()
    execute(notebook)
    if "--check" not in sys.argv[1:]:
        nbformat.write(notebook, NOTEBOOK)


if __name__ == "__main__":
    main()
