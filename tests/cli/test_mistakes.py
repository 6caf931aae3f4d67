"""What a newcomer does wrong: every answer says what was wrong, and what to do.

Each mistake is a command line, typed in a folder with a recording (cell.npz), a model (the folder
`model`), a database of that model (db.json) and a run (run.sqlite), what else is there, and the two
things that the answer has to say.
"""

from __future__ import annotations

import json
import re
import shlex
import shutil

import pytest

from pyneuronautofit.cli.commands import COMMANDS
from report._made import make_run

NAMES = ["soma(0.5).hh.gnabar", "soma(0.5).hh.gkbar", "soma(0.5).hh.gl"]
DATABASE = {"models": [{"id": 3, "parameters": dict(zip(NAMES, (0.1, 0.03, 1e-4)))}]}
FIT = "--dry-run -m OV -P 16 -n 1 --project model"
CLASS = """
from neuron import h
class fitmeneuron:
    def __init__(self, nid=0):
        self.soma = h.Section(name="soma", cell=self)
        self.soma.insert("pas")
        {}
    def setcable(self): pass
param_nslh = [{}]
"""
PAS = '["soma(0.5).pas.g", "log", 1e-5, 1e-2]'
BLUEPYOPT = {
    "param_name": "gbar_Ih", "mech": "NaTs", "mech_param": "gbar", "type": "range",
    "sectionlist": "somatic", "bounds": [1e-5, 1e-3],
}  # fmt: skip


def cell(body="pass", rows=PAS):
    return {"mine/project.py": CLASS.format(body, rows)}


MINE = "--dry-run -m OV -P 16 -n 1 --project mine cell.npz"

MISTAKES = {
    # --- the recording
    "no such file": (
        {}, f"{FIT} cel.npz", "cel.npz.*no such file", "Check the name and the folder"),
    "no suffix that is known": (
        {"cell.xyz": "1 2 3"}, f"{FIT} cell.xyz", r"suffix \.xyz", "Export the recording to one"),
    "an empty file": (
        {"e.abf": ""}, f"{FIT} e.abf", "e.abf.*is empty", "a recording was expected"),
    "a folder": ({"d/x": ""}, f"{FIT} d", "d: .* a folder", "Name a file"),
    "the model's folder as the recording": (
        {}, "--dry-run model cell.npz", "model: .* a folder", "--project model"),
    "the project as the recording": (
        {}, "--dry-run model/project.py cell.npz", "is a Python file",
        "--project model/project.py"),
    "a database as the recording": (
        {}, f"{FIT} db.json", "db.json: .*holds models", "models first, then the recording"),
    "a run as the recording": ({}, f"{FIT} run.sqlite", "the store of a run", "--resume"),
    "a channel as the recording": (
        {"k.mod": "NEURON { SUFFIX k }"}, f"{FIT} k.mod", "this is a channel", "--project"),
    "the arguments are swapped": (
        {}, "simulate cell.npz db.json -o o.npz", "cell.npz is a recording",
        "models are named first"),
    "a sweep that there is not": (
        {}, f"{FIT} --sweeps 7 cell.npz", "no sweep 7", "it has the sweeps 0-2"),
    "every sweep is held out": (
        {}, f"{FIT} --hold-out 0:3 cell.npz", "holds out 3 of 3", "some have to be fitted"),
    "a range with a dash": (
        {}, f"{FIT} --hold-out 1-2 cell.npz", "'1-2' is neither", r"such as 1,3,5:8"),
    # --- how it is scored
    "modes in small letters": (
        {}, "--dry-run -m ov --project model cell.npz", "'o' is no evaluation", "mean -m OV"),
    "modes with commas": (
        {}, "--dry-run -m O,V --project model cell.npz", "',' is no evaluation", "mean -m OV"),
    "a mode that there is not": (
        {}, "--dry-run -m OE --project model cell.npz", "'E' is no evaluation",
        "the modes are O, N"),
    "a mask without quotes": (
        {}, f"{FIT} -k '{{O:1}}' cell.npz", "neither a file nor a literal", "letters in quotes"),
    "a mask with a dash": (
        {}, f"{FIT} -k 0-2 cell.npz", "'0-2' is neither", r'-k "\(2, 5\)"'),
    "a mask beyond the sweeps": (
        {}, f"{FIT} -k '[0, 9]' cell.npz", "names sweep 9 .* 3 sweeps", "correct the mask"),
    # --- the search
    "an algorithm that is misspelt": (
        {}, f"{FIT} -A Autos cell.npz", "-A Autos: expected one of", "did you mean Auto"),
    "an algorithm that there is not": (
        {}, f"{FIT} -A PSO cell.npz", "-A PSO", "one of Krayzman, NSGA2"),
    "a population of one": ({}, f"{FIT} -P 1 cell.npz", "1 member", "at least 2"),
    "a negative number of generations": ({}, f"{FIT} -G -3 cell.npz", "-G.* -3", "at least 0"),
    "too few evaluations": (
        {}, "--dry-run -m OV --project model --evaluations 20 cell.npz",
        "initial population alone has 256", "some thousands, and takes -A Auto"),
    "models that share no parameter": (
        {"other.json": '{"models": [{"parameters": {"dend.L": 3}}]}'},
        f"{FIT} -I other.json cell.npz", "none of its parameters is searched", "the searched ones"),
    "words in the place of numbers": ({}, f"{FIT} -c two cell.npz", "'two'", "a whole number"),
    # --- commands and options
    "a command that is misspelt": ({}, "reprot run", "no command", "mean report"),
    "an option that is misspelt": (
        {}, f"{FIT} --evaluatons 20 cell.npz", "no option --evaluatons", "mean --evaluations"),
    "one dash is missing": (
        {}, f"{FIT} -seed 20 cell.npz", "no option -seed", "mean --seed"),
    "a letter of the wrong case": ({}, f"{FIT} -g 20 cell.npz", "no option -g", "mean -G"),
    "a value that is misspelt": (
        {}, f"{FIT} --simulator neurn cell.npz", "neurn", "did you mean neuron"),
    "nothing behind the command": (
        {}, "report", "expected a run, or several to compare", "report --help"),
    # --- the model
    "a project that there is not": (
        {}, "--dry-run --project modl cell.npz", "no project file .*modl", "folder with a project"),
    "a folder without a project": (
        {"d/x": ""}, "--dry-run --project d cell.npz", "d/project.py",
        "a folder with a project.py"),
    "a log parameter with a bound of zero": (
        cell(rows='["soma(0.5).pas.g", "log", 0, 1]'), MINE, "bound 0 of a 'log'", "scale 'lin'"),
    "a scale that is misspelt": (
        cell(rows='["soma(0.5).pas.g", "lgo", 1, 2]'), MINE, "the scale is 'lgo'", "lin, log, int"),
    "a row without its upper bound": (
        cell(rows='["soma(0.5).pas.g", "lin", 1]'), MINE, "row 0 of 'param_nslh'",
        r"\[name, scale, low, high\]"),
    "a parameter that is misspelt": (
        cell(rows='["soma(0.5).pas.gg", "lin", 1, 2]'), MINE, "'soma.0.5..pas.gg'", "mean 'g'"),
    "a mechanism without its channels": (
        cell('self.soma.insert("kdr")'), MINE, "line 7: .*no mechanism 'kdr'",
        "none in .*mine/mods.*from the folder 'mods' beside the project"),
    "a module that is not installed": (
        {"mine/project.py": "import no_such_module"}, MINE, "No module named 'no_such_module'",
        "have to be installed"),
    "a contradiction in a model of BluePyOpt": (
        {"bpo/parameters.json": json.dumps([BLUEPYOPT]), "bpo/morphology.swc": "1 1 0 0 0 9 -1",
         "bpo/mechanisms.json": '{"somatic": ["NaTs"]}'},
        "import-model bpo -o out",
        "'param_name': 'gbar_Ih' stands 'mech': 'NaTs'", "Correct the one that is wrong"),
    # --- where results go
    "an output that is a file": (
        {"taken": ""}, f"{FIT[10:]} --output taken cell.npz", "output folder taken", "--output"),
    "an output that cannot be made": (
        {}, f"{FIT[10:]} --output /proc/none cell.npz", "/proc/none cannot be made", "--output"),
    "a stamp that is in use": (
        {}, f"{FIT} -a run cell.npz", "already a run with the stamp run", "--resume"),
    "a figure of no format": ({}, f"{FIT} --figure f.txt cell.npz", r"'\.txt'", "png"),
    # --- runs and databases
    "a run that there is not": ({}, "--resume rum", "no run rum", "has run.sqlite"),
    "a run is resumed with other settings": (
        {}, "--resume run.sqlite -m RV", "the run has -m OV", "leave that out"),
    "a database as a run": (
        {}, "report db.json", "no run db.json, but a file", "'info', 'evaluate'"),
    "a folder as a run": ({}, "report model", "no run model, but a folder", "path of its store"),
    "a folder without runs": ({}, "status model", "no run in .*model", "or its folder"),
    "a run as a database": ({}, "info run.sqlite", "the store of a run", "'export' writes"),
    "a recording as a database": (
        {}, "info cell.npz", "cell.npz is a recording", "a model database, or a result file"),
    "a project as a database": (
        {}, "info model/project.py", "is a Python file", "--project model/project.py"),
    "a folder as a database": (
        {}, "info model", "cannot read model: Is a directory", "Name a file"),
    "a model that there is not": (
        {}, "simulate --models 7 db.json cell.npz -o o.npz --project model", "no model 7",
        "has the models 3"),
    "a database of another model": (
        {}, "simulate db.json cell.npz -o o.npz --simulator neuron",

               r"3 of the 3 parameters of db.json are .*built-in cell: soma\(0.5\).hh.gnabar",
        "Name its project with --project"),
    "another project than the database's": (
        cell(), "simulate db.json cell.npz -o o.npz --project mine",
        "3 of the 3 parameters of db.json are not among .*mine/project.py", "Look at --project"),
    "a check of a cell without an axon": (
        {}, "check db.json --project model", "cell class HHCell has no 'axon'",
        "for cells with a soma and an axon"),
    "an output that is not named": (
        {}, "simulate db.json cell.npz", "-o is missing", "the .npz file"),
}  # fmt: skip


@pytest.fixture(scope="module")
def run_store(tmp_path_factory):
    return make_run(tmp_path_factory.mktemp("run") / "run.sqlite", [[[1, 1, 9]]])


@pytest.fixture
def desk(tmp_path, recording, hh_project, run_store, monkeypatch):
    """A working directory as somebody may have it, in which nothing else lies near."""
    folder = tmp_path / "all" / "desk"
    folder.mkdir(parents=True)
    shutil.move(recording, folder / "cell.npz")
    shutil.move(hh_project, folder / "model")
    shutil.copy(run_store, folder / "run.sqlite")
    (folder / "db.json").write_text(json.dumps(DATABASE))

    def put(files):
        monkeypatch.chdir(folder)
        for name, content in files.items():
            (folder / name).parent.mkdir(exist_ok=True)
            (folder / name).write_text(content)
        return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}

    return put


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_is_answered_with_what_to_do(mistake, command, desk):
    files, line, wrong, cure = MISTAKES[mistake]
    before = desk(files)
    answer = command(*shlex.split(line))
    said = " ".join(answer.err.split())
    assert answer.code == 2, answer.out
    assert "Traceback" not in answer.err
    assert re.search(wrong, said), said
    assert re.search(cure, said), said
    # Nothing that was there has been touched.
    assert {path: path.read_bytes() for path in before} == before


def test_there_are_many_of_them():
    assert len(MISTAKES) >= 50
    lines = [line for _files, line, _wrong, _cure in MISTAKES.values()]
    assert len(set(lines)) > 45
    used = {word for line in lines for word in line.split()[:1]}
    assert {"simulate", "report", "status", "info", "check", "import-model"} <= used & set(COMMANDS)


def test_models_of_the_model_are_not_doubted(command, desk):
    """Nor is anybody told what he said himself."""
    desk({})
    words = ["simulate", "db.json", "cell.npz", "-o", "o.npz", "--project", "model", "-n", "1"]
    words += ["--simulator", "neuron"]
    answer = command(*words)
    assert answer.code == 0, answer.err
    assert "not among the model's" not in answer.err
    assert "db.json does not say at which temperature its models are: 35 degC" in answer.err
    answer = command(*words, "-q", "6.3")
    assert answer.code == 0, answer.err
    assert "at which temperature" not in answer.err
