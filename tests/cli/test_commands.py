"""The table of commands: every one is there, is listed, and gets its words."""

from __future__ import annotations

from importlib import import_module
from types import SimpleNamespace

import pytest

from pyneuronautofit.cli import commands
from pyneuronautofit.cli.commands import COMMANDS, list_commands, run_command


@pytest.mark.parametrize("name", COMMANDS)
def test_a_command_has_a_module_of_its_name_in_the_folder_of_its_group(name):
    module = import_module(f"pyneuronautofit.cli.{COMMANDS[name].group}.{name.replace('-', '_')}")
    assert callable(module.run)
    first = (module.__doc__ or "").partition("\n")[0]
    assert first.startswith(("`" + name, "`pyneuronautofit")) or name in first, first


def test_a_command_is_given_its_words_and_its_name(monkeypatch):
    imported, asked = [], []

    def run(argv, prog):
        asked.append((argv, prog))
        return 7

    def load(name):
        imported.append(name)
        return SimpleNamespace(run=run)

    monkeypatch.setattr(commands, "import_module", load)
    assert run_command("plot-parmdist", ["a", "--b"]) == 7
    assert imported == ["pyneuronautofit.cli.databases.plot_parmdist"]
    assert asked == [(["a", "--b"], "pyneuronautofit plot-parmdist")]


def test_the_list_has_a_line_for_every_command():
    head, *lines = list_commands().splitlines()
    assert head == "commands (pyneuronautofit COMMAND --help):"
    assert [line.split()[0] for line in lines] == list(COMMANDS)
    for line, command in zip(lines, COMMANDS.values(), strict=True):
        assert line.startswith("  ")
        assert line.endswith(f" {command.does}")
        assert f" {command.arguments} " in line
    # Explanations begin in one column, but for arguments that are longer than it.
    assert lines[0].index("fit a model") == 43
