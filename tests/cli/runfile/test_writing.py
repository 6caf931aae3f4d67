"""What is written is read again as the same options, whichever they are."""

from __future__ import annotations

import string
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cli.commands import CONFIGS
from pyneuronautofit._options import options_of
from pyneuronautofit._words import FileWord, real, whole
from pyneuronautofit.cli.parser import parse_config, with_run_file
from pyneuronautofit.cli.runfile import RunFileText, keys_of, read_run_file, run_file_text, writing
from pyneuronautofit.cli.runfile.values import kinds_of
from pyneuronautofit.errors import UsageError
from pyneuronautofit.fitting import FitOptions, check_options

_NAMES = st.text(
    string.ascii_letters + string.digits + " _-.\u00b5\"'#\\\x01", min_size=1, max_size=9
)
#: Names of files below the working directory: no path says less than another of the same file.
_FILES = _NAMES.filter(lambda name: name.strip(".") and not name.startswith(("-", " ")))
_TEXTS = st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1, max_size=12)
_WEIGHTS = st.dictionaries(
    st.sampled_from(["O", "V", "@3", "@0:5", "@cell.abf", "@b,c.abf:1", "{late,cy}"]),
    st.floats(0, 1e6),
    min_size=1,
).map(lambda found: ",".join(f"{name}={weight!r}" for name, weight in found.items()))


def value_of(key):
    """Return what draws a value that an option can have."""
    option, drawn = key.option, st.nothing()
    for kind in kinds_of(key):
        if key.field == "weights":
            drawn |= _WEIGHTS
        elif kind is bool:
            drawn |= st.booleans()
        elif isinstance(option.parse, FileWord):
            drawn |= _FILES
        elif kind is str:
            drawn |= _TEXTS if option.check is None else st.sampled_from(
                ["batch", "fixed", "double", "DEBUG", "stamp \u00b5"]
            )  # fmt: skip
        elif kind is int:
            drawn |= st.integers(-(2**63) + 1, 2**63 - 1) | st.integers(1, 50)
        else:
            drawn |= st.floats(allow_nan=False, allow_infinity=False) | st.floats(0.001, 0.9)
    if key.is_repeated:
        return st.lists(_FILES, min_size=1, max_size=2).map(tuple)
    if option.count > 1:
        return st.tuples(*[st.floats(0, 1e9)] * option.count)
    if key.field in {"voltage_channel", "current_channel"}:
        # A text of digits is a number, as on the command line.
        return st.integers(0, 9) | _TEXTS.filter(lambda text: not text.isdecimal())
    allowed = drawn if option.parse is not str.upper else drawn.map(str.upper)
    return allowed.filter(lambda value: option.check is None or not option.check(value))


@st.composite
def options(draw, config):
    """Draw the options of a command; few of them are given."""
    keys = [
        key
        for key in keys_of(config).values()
        if key.field not in {"dry_run", "prepare", "recording"}
    ]
    chosen = draw(st.lists(st.sampled_from(keys), max_size=8, unique_by=lambda key: key.field))
    values = {key.field: draw(value_of(key)) for key in chosen}
    values["recording"] = draw(_FILES.filter(lambda name: ":" not in name))
    if "models" in options_of(config):
        values["models"] = draw(_FILES)
    if "beside" in options_of(config):
        values["beside"] = tuple(draw(st.lists(_FILES, max_size=2)))
    found = config(**values)
    check_options(found)
    return found


@pytest.fixture(autouse=True, scope="module")
def here(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(tmp_path_factory.mktemp("here"))
        Path("conf").mkdir()
        yield


def again(config, command, name):
    """Write options, and read them again as the command would."""
    path = Path(name)
    path.write_text(run_file_text(config, command, path), encoding="utf-8")
    return type(config)(**read_run_file(path, type(config), command))


@pytest.fixture
def set_only(monkeypatch):
    """Leaves out what is not set, which is most of a file and takes most of the time."""
    monkeypatch.setattr(writing, "_as_comment", lambda _key, _config: "#")


MANY = [15, pytest.param(500, marks=pytest.mark.nightly)]


@pytest.mark.usefixtures("set_only")
@pytest.mark.parametrize("examples", MANY)
@pytest.mark.parametrize("command", ["fit", "polish"])
def test_what_is_written_is_read_again(command, examples):
    @settings(max_examples=examples, deadline=None, database=None, derandomize=True)
    @given(options(CONFIGS[command]), st.sampled_from(["x.toml", "conf/x.toml"]))
    def check(config, name):
        read = again(config, command, name)
        # Weights are the same numbers, and may be spelt in another way.
        if getattr(config, "weights", None) is not None:
            assert again(read, command, name) == read
            read = replace(read, weights=config.weights)
        assert read == config

    check()


@pytest.mark.usefixtures("set_only")
@pytest.mark.parametrize("examples", MANY)
@pytest.mark.parametrize("command", ["fit", "polish"])
def test_the_command_line_that_a_file_stands_for_has_the_same_options(command, examples):
    """What heads and stores keep as the command does not need the file."""
    prog = "pyneuronautofit" if command == "fit" else f"pyneuronautofit {command}"
    config = CONFIGS[command]

    @settings(max_examples=examples, deadline=None, database=None, derandomize=True)
    @given(options(config))
    def check(drawn):
        # An output that is an input, and a plug-in that is not there, are refused as files.
        drawn = replace(drawn, figure=None, plugins=())
        path = Path("x.toml")
        path.write_text(run_file_text(drawn, command, path), encoding="utf-8")
        words = with_run_file(config, ["--run", "x.toml"], prog)
        assert "--run" not in words
        read = config(**read_run_file(path, config, command))
        assert parse_config(config, words, prog, "") == read

    check()


def test_every_other_flag_is_there_as_a_comment_that_can_be_uncommented():
    text = run_file_text(FitOptions(recording="cell.abf"), "fit", Path("x.toml"))
    lines = text.splitlines()
    for key in keys_of(FitOptions).values():
        if key.field not in {"dry_run", "prepare", "recording", "weights"}:
            assert any(line.startswith(f"# {key.name} = ") for line in lines), key.name
    assert max(map(len, lines)) <= 100
    uncommented = text.replace("# seed = N", "seed = 7").replace("# refine = 0.0", "refine = 0.5")
    uncommented = uncommented.replace("# [weights]\n# V =", "[weights]\nV =")
    Path("x.toml").write_text(uncommented)
    found = read_run_file(Path("x.toml"), FitOptions, "fit")
    assert found == {"recording": "cell.abf", "seed": 7, "refine": 0.5, "weights": "V=0.02"}


def test_what_is_set_says_what_it_does_or_why():
    config = FitOptions(recording="cell.abf", seed=3, spike_threshold_mV=-10.0)
    about = RunFileText(["what it is about"], {"seed": "because"})
    text = run_file_text(config, "fit", Path("x.toml"), about)
    assert text.startswith("# what it is about\n# pyneuronautofit --run x.toml")
    assert "\n# because\nseed = 3\n" in text
    assert "\n# spike threshold, mV; read by modes O, N, T" in text


def test_names_that_are_no_unicode_cannot_be_written():
    config = FitOptions(recording="cell\udcff.abf")
    with pytest.raises(UsageError, match=r"^x\.toml: a run file is Unicode"):
        run_file_text(config, "fit", Path("x.toml"))


def test_a_dry_run_is_none_in_the_file_and_preparing_neither():
    config = FitOptions(recording="cell.abf", dry_run=True, prepare=True)
    text = run_file_text(config, "fit", Path("x.toml"))
    assert "dry-run" not in text
    assert "prepare" not in text


def test_the_kinds_of_all_options_are_known():
    for config in (CONFIGS["fit"], CONFIGS["polish"], CONFIGS["evaluate"]):
        for key in keys_of(config).values():
            expected = {whole: (int,), real: (float,), None: (bool,)}.get(key.option.parse)
            assert expected is None or kinds_of(key) == expected, key.name
