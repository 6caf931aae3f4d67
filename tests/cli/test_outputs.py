"""No command writes over what it reads, over the files of a run, or over a recording.

The tests go over all options of all commands: a new one is tested by being declared.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import numpy as np
import pytest

from abf2_writer import write_abf2
from cli.commands import CONFIGS, options, words_of
from cli.conftest import write_recording
from pyneuronautofit._words import FileWord, Use

REPOSITORY = Path(__file__).resolve().parents[2]
EXAMPLES = REPOSITORY / "examples" / "experimentaldata"
WRITTEN = {Use.WRITTEN, Use.CHANGED, Use.PATTERN}
READ = {Use.READ, Use.RUN, Use.MODEL}
#: How a file can be named a second time.
NAMES = ("itself", "a link", "a hard link", "a link to a folder")

OUTPUTS = [
    (command, field, option.parse.use)
    for command, field, option in options()
    if isinstance(option.parse, FileWord) and option.parse.use in WRITTEN
]
INPUTS = {
    command: [
        (field, option.parse.use)
        for name, field, option in options()
        if name == command and isinstance(option.parse, FileWord) and option.parse.use in READ
    ]
    for command in CONFIGS
}
PAIRS = [
    (command, output, source)
    for command, output, use in OUTPUTS
    for source, read in INPUTS[command]
    if not (use is Use.CHANGED and read is Use.READ)
]


def second_name(path, kind):
    """Return another name of a file, which has the same suffix."""
    folder = path.parent / "second"
    folder.mkdir(exist_ok=True)
    other = folder / path.name
    if kind == "itself":
        return Path(os.path.relpath(path))
    if kind == "a link":
        other.symlink_to(path)
    elif kind == "a hard link":
        os.link(path, other)
    else:
        (folder / "linked").symlink_to(path.parent)
        return folder / "linked" / path.name
    return other


def everything(folder):
    """Return what is in a folder: by name the content, or where a link points."""
    return {
        path: os.readlink(path) if path.is_symlink() else path.read_bytes()
        for path in folder.rglob("*")
        if path.is_symlink() or path.is_file()
    }


def refused(command, words, folder):
    """Run a command line that has to be refused, without a trace; return what it says."""
    before = everything(folder)
    answer = command(*words)
    assert answer.code == 2, answer
    assert "Traceback" not in answer.err
    assert everything(folder) == before
    return answer.err


# --- options say what they do with files


def test_every_word_of_an_option_is_declared():
    """A bare `str` would not say whether a file of that name is read or written."""
    bare = {str, int, float, Path, bytes}
    assert [(c, f) for c, f, option in options() if option.parse in bare] == []


def test_what_looks_like_a_file_is_declared_as_one():
    like = {"RECORDING", "DIR", "FILE", "PATH", "OUT", "OUT.npz", "DATABASE", "MODELS", "RUN",
            "FILE.toml", "RESPONSES", "PATTERN", "INITPOP", "EMASK", "FOLDER",
            "SOURCE", "FILE.py", "PYTHON", "RUN|DATABASE"}  # fmt: skip
    found = {option.metavar for _c, _f, option in options() if isinstance(option.parse, FileWord)}
    assert found == like
    assert [
        (command, field)
        for command, field, option in options()
        if option.metavar in like and not isinstance(option.parse, FileWord)
    ] == []


def test_every_command_is_here():
    assert {command for command, _field, _option in options()} == set(CONFIGS)
    with_outputs = {command for command, _field, _use in OUTPUTS}
    # What these write has names that nobody chooses; see below.
    named = {"compare", "completion", "evaluate", "export", "info", "status"}
    # And these write a folder that is new, or one of their own.
    folders = {"benchmark", "import-model", "slurm fit", "slurm workers"}
    assert set(CONFIGS) - with_outputs == named | folders


# --- what is read


@pytest.mark.parametrize("kind", NAMES)
@pytest.mark.parametrize(("name", "output", "source"), PAIRS)
def test_an_output_that_is_an_input(name, output, source, kind, command, tmp_path):
    # Whoever is asked for first is refused first: what is in the files does not matter.
    path = tmp_path / "cell.png"
    path.write_text("what a user had")
    given = path
    if source == "plugins":
        # It is executed before anything else is known, by a name of Python.
        path.write_text("def mine(voltage_mV): ...\n\nOBJECTIVES = [mine]\n")
        given = tmp_path / "mine.py"
        given.hardlink_to(path)
    if dict(INPUTS[name])[source] is Use.MODEL:
        given = tmp_path / "model"
        given.mkdir()
        path = given / "project.py"
        path.write_text("1 / 0")
    out = second_name(path, kind)
    said = refused(command, words_of(name, {source: str(given), output: str(out)}), tmp_path)
    assert "this is the same file as" in said
    assert ", which is read: give another name" in said


@pytest.mark.parametrize("name", [c for c, _o, use in OUTPUTS if use is Use.CHANGED])
def test_what_is_changed_in_place_may_be_named_twice(name, command, tmp_path):
    (tmp_path / "db.json").write_text("no database")
    answer = command(*words_of(name, {"database": "db.json", "out": "db.json"}))
    assert "is not a JSON file" in answer.err


# --- what nobody can make again


def sqlite(path):
    path.write_bytes(b"SQLite format 3\0" + bytes(100))


def nwb(path):
    path.write_bytes(b"\x89HDF\r\n\x1a\n" + bytes(100))


def abf(path):
    write_abf2(path, np.ones((1, 500)), np.eye(1, 500, 250), 0.1)


def json_recording(path):
    path.write_text('{"dt": 0.1, "current": [[0, 1, 0]], "voltage": [[1, 2, 3]]}')


def of_a_run(path):
    sqlite(path.with_name("run.sqlite"))
    path.write_bytes(b"what was written last")


PRECIOUS = {
    "run.sqlite": (sqlite, "this is the store of a run"),
    "run.sqlite-wal": (of_a_run, "this is a part of the run run"),
    "run.log.gz": (of_a_run, "this is a part of the run run"),
    **{
        f"run-{result}": (of_a_run, "this is a part of the run run")
        for result in (
            "final.json",
            "arXive.json",
            "chpnt.json",
            "KrWtLg.json",
            "evaluations.csv",
            "evaluations.parquet",
        )
    },
    "cell.abf": (abf, "this is a recording"),
    "damaged.abf": (lambda path: path.write_bytes(b"ABF"), "this is a recording"),
    "cell.nwb": (nwb, "this is a recording"),
    "cell.npz": (write_recording, "this is a recording"),
    "cell.json": (json_recording, "this is a recording"),
}


NAMED = [(precious, kind) for precious in PRECIOUS for kind in ("itself", "a link")]


@pytest.mark.parametrize(("precious", "kind"), NAMED)
@pytest.mark.parametrize(("name", "output", "_use"), OUTPUTS)
def test_an_output_that_nobody_can_make_again(
    name, output, _use, precious, kind, command, tmp_path
):
    make, expected = PRECIOUS[precious]
    make(tmp_path / precious)
    # The command has inputs of its own, which are others, and sound as far as it looks.
    out = second_name(tmp_path / precious, kind)
    said = refused(command, words_of(name, {output: str(out)}), tmp_path)
    assert expected in said
    assert "give another name, so that it is not lost" in said


@pytest.mark.parametrize(
    "part", ["run.sqlite-wal", "run.sqlite-journal", "run.lock", "run-arXive.json"]
)
def test_a_part_of_a_run_that_is_not_there_yet(part, command, tmp_path):
    sqlite(tmp_path / "run.sqlite")
    said = refused(command, ("collect", "other", "-o", part), tmp_path)
    assert "this is a part of the run run" in said


@pytest.mark.parametrize(("name", "output", "_use"), OUTPUTS)
def test_other_files_are_written_over_as_ever(name, output, _use, command, tmp_path):
    """Whatever stops the command then, it is not the output."""
    (tmp_path / "out.png").write_text("made by the same command before")
    # One of them is the user's to edit, and written over when he says so.
    agreed = {"force": ""} if "force" in CONFIGS[name].__dataclass_fields__ else {}
    answer = command(*words_of(name, {output: "out.png", **agreed}))
    assert "out.png" not in answer.err


def test_two_outputs_that_are_one_file(command, tmp_path):
    (tmp_path / "db.json").write_text("{}")
    (tmp_path / "link.json").symlink_to("new.json")
    words = ("check", "db.json", "-o", "new.json", "--json", "link.json")
    assert "--json link.json: this is the same file as -o new.json" in refused(
        command, words, tmp_path
    )
    words = ("final-check", "db.json", "1", "a.png", "./a.png")
    assert "this is the same file as PATTERN a.png" in refused(command, words, tmp_path)


def test_what_is_no_file_is_no_loss(command, tmp_path):
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "db.json").write_text("no database")
    answer = command("select", "db.json", "--models", "0", "-o", "pipe")
    assert "is not a JSON file" in answer.err


# --- as users have lost things, with files that are sound


@pytest.fixture
def fit(command, recording, hh_project, tmp_path):
    """Makes a small run."""

    def run(folder, stamp, seed=1):
        where = ("--project", hh_project, "--output", tmp_path / folder, "-a", stamp, "-n", "1")
        words = ("-A", "N", "-m", "OV", "-P", "4", "-G", "0", "--dt", "0.1", "--seed", seed)
        answer = command(*words, *where, recording)
        assert answer.code == 0, answer.err
        return tmp_path / folder / f"{stamp}.sqlite"

    return run


def test_runs_and_what_they_were_made_of(fit, command, recording, hh_project, tmp_path):
    one, two = fit("out", "one"), fit("out", "two", 2)
    cases = [
        ("collect", one, two, "-o", two),
        ("report", one, "-o", one),
        ("report", one, "-o", two),
        ("report", one, "-o", recording),
        ("report", one, "-o", hh_project / "project.py"),
        ("report", one, "-o", one.with_suffix(".log.gz")),
        ("report", one, "-o", one.with_name("one-arXive.json")),
        ("report", one, "-o", two.with_name("two-final.json")),
        ("report", one, "-o", one.with_name("one-chpnt.json")),
        ("collect", one, "-o", one.with_name("one-final.json")),
        (
            "select",
            one.with_name("one-final.json"),
            "--models",
            "0",
            "-o",
            one.with_name("one-KrWtLg.json"),
        ),
        ("search-init", one.with_name("one-final.json")),
        ("report", two.with_suffix(""), "-o", two),
    ]
    for words in cases:
        assert "so that it is not lost" in refused(command, words, tmp_path), words


def test_a_run_makes_its_own_results_anew(fit, command, tmp_path):
    one, two = fit("out", "one"), fit("out", "two", 2)
    (tmp_path / "out" / "one-final.json").write_text("damaged")
    words = ("export", one, "--formats", "json,csv")
    for _again in range(2):
        assert command(*words).code == 0
    assert (tmp_path / "out" / "one-final.json").read_text() != "damaged"
    # By way of a link they would be another run's.
    (tmp_path / "out" / "one-evaluations.csv").unlink()
    (tmp_path / "out" / "one-evaluations.csv").symlink_to("two-evaluations.csv")
    assert "this is a part of the run two" in refused(command, words, tmp_path)
    assert two.is_file()


def test_a_report_that_is_a_link_to_the_run(fit, command, tmp_path):
    store = fit("out", "one")
    (tmp_path / "out" / "one-report.html").symlink_to(store)
    assert "which is read" in refused(command, ("report", store), tmp_path)


def test_tables_and_results_that_are_links(fit, command, recording, tmp_path):
    store = fit("out", "one")
    results = tmp_path / "results"
    results.mkdir()
    for name, target in (("one-evaluations.csv", store), ("one-final.json", recording)):
        (results / name).symlink_to(target)
        assert "which is read" in refused(command, ("export", store, "--output", results), tmp_path)
        (results / name).unlink()
    assert command("export", store, "--output", results).code == 0


def test_results_of_another_run_of_the_same_stamp(fit, command, tmp_path):
    one, two = fit("out", "one"), fit("other", "one", 2)
    said = refused(command, ("export", one, "--output", two.parent), tmp_path)
    assert "another run of the stamp one is there" in said
    # By another name it is the same run.
    (tmp_path / "linked").symlink_to("out")
    assert command("export", one, "--output", tmp_path / "linked").code == 0


def test_scripts_of_another_run(fit, command, tmp_path):
    one, two, longer = fit("out", "one"), fit("out", "two", 2), fit("out", "one2", 3)
    words = ("--formats", "", "--scripts", "1:3", "--output", tmp_path / "scripts")
    assert command("export", one, *words).code == 0
    # Their names say whose they are.
    for other in (two, longer):
        assert command("export", other, *words).code == 0
    assert command("export", one, *words).code == 0
    assert sorted(path.name for path in (tmp_path / "scripts").glob("*.py")) == [
        f"{name}-model_000{row}.py" for name in ("one", "one2", "two") for row in (1, 2)
    ]
    mine = tmp_path / "scripts" / "one-model_0003.py"
    mine.write_text("print('mine')")
    said = refused(command, ("export", one, *words[:2], "--scripts", "3", *words[4:]), tmp_path)
    assert "one-model_0003.py is there, and is not the script of this run" in said


def test_channels_of_another_model(command, recording, tmp_path):
    where = ["--output", tmp_path / "out", "-a", "run", recording]
    words = ("-A", "N", "-m", "V", "-P", "4", "-G", "0", "--seed", "3")
    assert command(*words, *where).code == 0
    mods = tmp_path / "out" / "model-mods"
    mods.mkdir()
    (mods / "TC_HH.mod").write_text("TITLE mine")
    said = refused(command, ("export", tmp_path / "out" / "run", "--formats", "", "--scripts", "1"),
                   tmp_path)  # fmt: skip
    assert "TC_HH.mod is there, and is another model's" in said
    (mods / "TC_HH.mod").unlink()
    for _again in range(2):
        assert command("export", tmp_path / "out" / "run", "--scripts", "1").code == 0


@pytest.fixture
def truth(tmp_path):
    """Copies of the example's database and recording."""
    for name in ("TC-example-truth.json", "TC-example.abf"):
        shutil.copyfile(EXAMPLES / name, tmp_path / name)
    shutil.copyfile(EXAMPLES / "TC-example-truth.json", tmp_path / "db.json")


@pytest.mark.parametrize(
    "words",
    [
        "simulate db.json TC-example.abf -o TC-example.abf",
        "simulate db.json TC-example.abf -o db.json",
        "select db.json --models 0 -o db.json",
        "select db.json --models 0 -o TC-example.abf",
        "merge db.json TC-example-truth.json -o db.json",
        "merge db.json TC-example-truth.json -o TC-example-truth.json",
        "check db.json -o db.json",
        "check db.json --json db.json",
        "check db.json -o new.json --json TC-example.abf",
        "search-init db.json TC-example.abf",
        "search-synmin db.json -o TC-example.abf",
        "final-check db.json None --accepted db.json",
        "TC-example.abf --figure TC-example.abf",
        "TC-example.abf --dry-run -I db.json --figure db.json",
    ],
)
def test_the_command_lines_that_destroyed_something(words, truth, command, tmp_path):
    said = refused(command, words.split(), tmp_path)
    assert "so that it is not lost" in said or "format" in said


#: A command line, and the name of a file that it would write, though no option says so.
DERIVED = [
    ("plot-parmdist db.json -o f.png", "f-pca.png"),
    ("populations db.json -o f.png", "f-kde.png"),
    ("final-check db.json None fig-{}.png --recordings .", "fig-0.png"),
    ("final-check db.json 0 fig.png --recordings .", "fig.png"),
    ("check db.json", "db-checked.json"),
    ("check db.json -o new.json", "new.json.progress"),
    ("check db.json 0 -o fig.png", "fig.png"),
    ("search-init db.json", "db.json.progress"),
    ("search-synmin db.json", "db.json.progress"),
    ("search-synmin db.json -X -n 0 -A 1 -N 0 -o trial.png", "trial.png"),
    ("TC-example.abf -k mask.json --figure fig.png", "fig.png"),
]


@pytest.mark.parametrize(
    ("words", "link", "target"),
    [
        (words, link, target)
        for words, link in DERIVED
        for target in ("TC-example.abf", "db.json", "mask.json")
        # What is neither read nor a recording may be written over.
        if target == "TC-example.abf" or target in words
    ],
)
def test_files_that_no_option_names(words, link, target, truth, command, tmp_path):
    (tmp_path / "mask.json").write_text("[0]")
    (tmp_path / link).symlink_to(target)
    assert "so that it is not lost" in refused(command, words.split(), tmp_path)


def test_ratings_are_no_place_for_a_database(truth, command, tmp_path):
    ratings = tmp_path / "db-ratings-me.json"
    ratings.write_text("{}")
    said = refused(command, ("final-check", "db.json", "None", "--accepted", ratings), tmp_path)
    assert "this is the same file as" in said
