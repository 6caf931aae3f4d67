"""Which commands have the flags about run files."""

from __future__ import annotations

import pytest

from cli.commands import CONFIGS
from pyneuronautofit.cli.runfile import run_file_options
from pyneuronautofit.fitting import RecordingOptions, RunOptions


@pytest.mark.parametrize("command", CONFIGS)
def test_who_takes_a_recording_reads_and_who_makes_a_run_writes(command):
    config = CONFIGS[command]
    flags = [option.name for option, _default in run_file_options(config).values()]
    reads = issubclass(config, RecordingOptions | RunOptions) and command != "init"
    expected = ["--run"] if reads else []
    assert flags == expected + (["--write-run"] if issubclass(config, RunOptions) else [])


@pytest.mark.parametrize("name", ["fit", "polish", "evaluate", "compare", "simulate", "sweeps"])
def test_they_are_in_the_help(name, command):
    answer = command(name, "--help")
    assert "--run FILE.toml" in answer.out
    assert ("--write-run FILE.toml" in answer.out) == (name in {"fit", "polish"})


def test_they_are_no_options_of_a_run():
    assert not {"run_file", "write_run"} & {*CONFIGS["fit"].__dataclass_fields__}
