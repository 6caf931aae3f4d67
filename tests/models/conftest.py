import json
import subprocess
import sys
import textwrap

import pytest

LEAK_MOD = """\
NEURON {{
    SUFFIX {name}
    NONSPECIFIC_CURRENT i
    RANGE g
}}
PARAMETER {{ g = {g} }}
ASSIGNED {{ v i }}
BREAKPOINT {{ i = g * v }}
"""

CELL = """\
from neuron import h


class Cell:
    def __init__(self, nid=0):
        self.soma = h.Section(name="soma", cell=self)
        self.soma.insert("{mechanism}")

    def setcable(self):
        self.soma.nseg = 1
"""

PROJECT = """\
from cell import Cell as fitmeneuron

param_nslh = [
    ["soma.L", "lin", 20.0, 200],
    [["soma.Ra", "soma.cm"], "log", 0.5, "soma.L"],
]
simulator = "neuron"


def getversion():
    return "3.06a"
"""


@pytest.fixture(autouse=True)
def clean_imports():
    """A project stays imported; the next test brings its own."""
    path = list(sys.path)
    yield
    sys.path[:] = path
    for name in ("cell", "_pyneuronautofit_project"):
        sys.modules.pop(name, None)


@pytest.fixture(scope="session")
def built_in(cache, tmp_path_factory):
    """The built-in model, its mechanisms compiled but not loaded into this process."""
    from pyneuronautofit.models import load_model

    return load_model(None, tmp_path_factory.mktemp("empty"))


@pytest.fixture
def run_python(tmp_path):
    """Runs a script in a fresh Python: a process can hold only one set of mechanisms.

    The script gets `arguments` as `args` and leaves its answer in `result`.
    """

    def run(script, *arguments, cwd=tmp_path, fails=False):
        code = (
            "import json, logging, sys\nfrom pathlib import Path\n"
            "logging.basicConfig(level=logging.INFO, format='%(levelname)s %(message)s')\n"
            "args = sys.argv[1:]\nresult = None\n"
            f"{textwrap.dedent(script)}\n"
            "print('RESULT' + json.dumps(result))\n"
        )
        done = subprocess.run(
            [sys.executable, "-c", code, *map(str, arguments)],
            cwd=cwd,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert (done.returncode != 0) is fails, done.stderr
        if fails:
            return done.stderr
        answer = next(x for x in done.stdout.splitlines() if x.startswith("RESULT"))
        run.log = done.stderr
        return json.loads(answer.removeprefix("RESULT"))

    return run


@pytest.fixture
def project_folder(tmp_path):
    """Writes a project in the style of its users: project.py, cell.py, mods/."""

    def write(
        mechanism="leakA", project=PROJECT, cell=None, g=1e-3, folder=tmp_path / "my project"
    ):
        folder.mkdir(exist_ok=True)
        (folder / "project.py").write_text(project)
        (folder / "cell.py").write_text(cell or CELL.format(mechanism=mechanism))
        if mechanism != "pas":
            write_mod(folder / "mods", mechanism, g)
        return folder

    return write


def write_mod(folder, name, g=1e-3):
    folder.mkdir(exist_ok=True, parents=True)
    (folder / f"{name}.mod").write_text(LEAK_MOD.format(name=name, g=g))
    return folder
