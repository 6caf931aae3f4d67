"""The help names every flag, in its group, with its default."""

from __future__ import annotations

import re
import subprocess
import sys

import pytest

from pyneuronautofit.cli import commands
from report._made import make_run

FITTING = ["-A", "-P", "-G", "-E", "-L", "-I", "-N", "-U", "-y", "-H", "-b", "-M", "-S", "-Q", "-J"]
MODEL = ["-m", "-k", "-c", "-t", "-l", "-r", "-q", "-z", "-e"]
RUN = [
    "-n",
    "--dt",
    "-v",
    "-u",
    "-Z",
    "-p",
    "-d",
    "-i",
    "-a",
    "--slurm-id",
    "--log-population",
    "--log-archive",
    "--dry-run",
]
LONG = {
    "-A": "--algorithm", "-P": "--population-size", "-G": "--number-generation",
    "-E": "--number-elites", "-L": "--off-log-scale", "-I": "--init-population",
    "-N": "--Krayzman-threshould", "-U": "--scales-update", "-y": "--norm-space",
    "-H": "--hold-weights-normalization", "-b": "--bound-Krayzman-weights",
    "-M": "--mutation-rate", "-S": "--adaptive-mutation-slope", "-Q": "--v-dvdt-hist-size",
    "-J": "--inJect-elits", "-m": "--eval-mode", "-k": "--eval-mask", "-c": "--spike-count",
    "-t": "--spike-threshold", "-l": "--left-spike-samples", "-r": "--right-spike-samples",
    "-q": "--temperature", "-z": "--spike-Zoom", "-e": "--collapse-diff",
    "-n": "--number-threads", "-v": "--log-level", "-u": "--log-to-screen",
    "-Z": "--Krayzman-debug", "-p": "--printed-checkpoints", "-d": "--dump-checkpoints",
    "-i": "--iteration", "-a": "--run-stamp",
}  # fmt: skip
DEFAULTS = {
    "-P": "256", "-G": "256", "-E": "32", "-N": "0.05", "-U": "10", "-M": "0.1", "-Q": "12",
    "-m": "RAMN", "-c": "2", "-t": "0", "-l": "70", "-r": "140", "-q": "35", "-v": "INFO",
    "-d": "8", "-p": "-1", "--dt": "0.025",
}  # fmt: skip
COMMANDS = [
    "fit",
    "init",
    "compare",
    "sweeps",
    "simulate",
    "evaluate",
    "polish",
    "export",
    "report",
    "certainty",
    "profile",
    "status",
    "collect",
    "slurm",
    "benchmark",
    "import-model",
    "completion",
    "info",
    "select",
    "merge",
    "check",
    "final-check",
    "search-init",
    "search-synmin",
    "populations",
    "plot-parmdist",
]


@pytest.fixture
def groups(command):
    answer = command("--help")
    assert answer.code == 0
    body = answer.out.split("positional arguments:")[1]
    parts = re.split(r"^(Fitting|Model|Run|commands[^\n]*):$", body, flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2]))


def entry(text, flag):
    """Return the help of one flag: from its line to the next flag's."""
    found = re.search(rf"^  {re.escape(flag)}\b.*?(?=^  -|\Z)", text, re.MULTILINE | re.DOTALL)
    assert found, f"{flag} is not in the help"
    return " ".join(found[0].split())


@pytest.mark.parametrize(("group", "flags"), [("Fitting", FITTING), ("Model", MODEL), ("Run", RUN)])
def test_every_flag_is_in_its_group_with_its_default(groups, group, flags):
    for flag in flags:
        said = entry(groups[group], flag)
        assert LONG.get(flag, flag) in said
        if flag in DEFAULTS:
            assert re.search(rf"default:? {re.escape(DEFAULTS[flag])}", said), said


def test_the_commands_are_listed(command):
    out = command("--help").out
    listed = out[out.index("commands (") :]
    assert list(commands.COMMANDS) == COMMANDS
    for name in COMMANDS:
        assert re.search(rf"^  {name} ", listed, re.MULTILINE), name


def test_version(command):
    assert re.fullmatch(r"pyneuronautofit \d+\.\d+\.\d+\n", command("--version").out)


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_is_found_by_its_name(command, name):
    answer = command(name, "--help")
    assert answer.code == 0, answer.err
    assert answer.out.startswith(f"usage: pyneuronautofit {name} ")


# What a command loads can be seen only in a process of its own.
LOADED = """
import sys
from pyneuronautofit.cli.main import main
try:
    code = main(sys.argv[1:])
except SystemExit as leaving:  # --help
    code = leaving.code
print(*sorted({name.partition(".")[0] for name in sys.modules}))
sys.exit(code)
"""


def loaded_by(*words, cwd):
    done = subprocess.run(
        [sys.executable, "-c", LOADED, *words],
        cwd=cwd, capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return set(done.stdout.splitlines()[-1].split())


def test_a_command_loads_only_what_it_needs(tmp_path):
    make_run(tmp_path / "run.sqlite", [[[1, 1, 9], [8, 0, 1]]])
    assert loaded_by("--version", cwd=tmp_path) & {"matplotlib", "numpy", "rich"} == set()
    for words in (["status", "run"], ["--help"]):
        loaded = loaded_by(*words, cwd=tmp_path)
        assert "numpy" in loaded
        assert loaded & {"matplotlib", "scipy", "sklearn"} == set()
    # Otherwise this could not fail.
    assert "matplotlib" in loaded_by("plot-parmdist", "--help", cwd=tmp_path)
