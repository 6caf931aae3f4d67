"""Scripts for shells: what they complete is tried in the shells that are there."""

from __future__ import annotations

import shutil
import subprocess

import pytest

from cli.commands import CALLED, CONFIGS
from pyneuronautofit.cli.commands import COMMANDS
from pyneuronautofit.cli.parser import all_options
from pyneuronautofit.cli.shell.completion import whole_parser

TRIED = {
    "rep": {"report"},
    "search-": {"search-init", "search-synmin"},
    "report --pro": {"--project"},
    "fit --simulator ": {"batch", "neuron"},
    "--simulator b": {"batch"},
    "fit -A C": {"CMA"},
    "--evalu": {"--evaluations", "--evaluations-file"},
    "report cel": {"cell.npz"},
    "completion z": {"zsh"},
    "export run --output f": {"folder"},
}


@pytest.fixture
def script(command, tmp_path):
    def write(shell):
        answer = command("completion", shell)
        assert (answer.code, answer.err) == (0, "")
        path = tmp_path / "scripts" / shell
        path.parent.mkdir(exist_ok=True)
        path.write_text(answer.out)
        (tmp_path / "cell.npz").touch()
        (tmp_path / "folder").mkdir(exist_ok=True)
        return path

    return write


def said(words, folder):
    done = subprocess.run(words, cwd=folder, capture_output=True, text=True, check=True, timeout=60)
    return [line.split("\t")[0] for line in done.stdout.splitlines()]


BASH = """
source {script}
COMP_WORDS=(pyneuronautofit {words}) COMP_CWORD={place} COMP_TYPE=9
_shtab_pyneuronautofit 2>/dev/null
printf '%s\\n' "${{COMPREPLY[@]}}"
"""


@pytest.mark.skipif(shutil.which("bash") is None, reason="there is no bash")
def test_bash(script, tmp_path):
    path = script("bash")
    for typed, expected in TRIED.items():
        words = typed.split(" ")
        quoted = " ".join(f"'{word}'" for word in words)
        program = BASH.format(script=path, words=quoted, place=len(words))
        found = said(["bash", "--norc", "-c", program], tmp_path)
        assert {each.rstrip("/") for each in found} == expected, typed


@pytest.mark.skipif(shutil.which("fish") is None, reason="there is no fish")
def test_fish(script, tmp_path):
    path = script("fish")
    for typed, expected in TRIED.items():
        if typed in {"report cel", "export run --output f"}:
            continue  # files are completed by fish itself, in many ways
        program = f"source {path}; complete -C 'pyneuronautofit {typed}'"
        assert expected <= set(said(["fish", "--no-config", "-c", program], tmp_path)), typed


@pytest.mark.skipif(shutil.which("zsh") is None, reason="there is no zsh")
def test_zsh(script, tmp_path):
    """Its completion needs a terminal; this is whether it understands the script."""
    said(["zsh", "-f", "-n", str(script("zsh"))], tmp_path)


def test_tcsh(script):
    assert script("tcsh").read_text().count("complete pyneuronautofit")


def test_another_shell(command):
    answer = command("completion", "bsah")
    assert answer.code == 2
    assert "expected one of bash, zsh, fish, tcsh; did you mean bash?" in answer.err
    answer = command("completion", "")
    assert answer.code == 2
    assert "SHELL : expected one of bash, zsh, fish, tcsh" in answer.err


def _behind(parser):
    """Return the parsers of the words that may come next."""
    (commands,) = (action for action in parser._actions if isinstance(action.choices, dict))
    return commands.choices


def test_every_option_of_every_command_is_completed():
    parser = whole_parser()
    assert list(_behind(parser)) == list(COMMANDS)
    for name, config in CONFIGS.items():
        flags = {flag for option, _ in all_options(config).values() for flag in option.flags}
        described, words = parser, CALLED[name]
        for word in words:
            described = _behind(described)[word]
        assert flags | {"-h", "--help"} == set(described._option_string_actions), name
    fit = _behind(parser)["fit"]
    assert set(parser._option_string_actions) == set(fit._option_string_actions)
