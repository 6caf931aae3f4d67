"""The commands by name. Adding one: a file of its name in a group's folder, a line in COMMANDS."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from importlib import import_module
from types import MappingProxyType

from pyneuronautofit.cli.waiting import loading

_PACKAGE = "pyneuronautofit.cli"


@dataclass(frozen=True)
class Command:
    """One command.

    Attributes
    ----------
    group
        The folder of its module, which has its name.
    arguments
        Its arguments, for the list in the help.
    does
        What it does.
    parts
        The second words that it has to have, if any, and the module in its folder with the options
        behind each.
    """

    group: str
    arguments: str
    does: str
    parts: Mapping[str, str] = field(default_factory=dict)


COMMANDS: Mapping[str, Command] = MappingProxyType(
    {
        "fit": Command("runs", "RECORDING", "fit a model; the same as no command"),
        "init": Command("runs", "RECORDING [-o FILE.toml]", "write a run file to begin with"),
        "compare": Command(
            "traces", "RECORDING RESPONSES", "score given voltages against a recording"
        ),
        "sweeps": Command("traces", "RECORDING", "say what is in a recording, sweep by sweep"),
        "simulate": Command(
            "traces", "MODELS RECORDING -o OUT.npz", "run models under a recording's currents"
        ),
        "evaluate": Command("traces", "MODELS [RECORDING]", "simulate and score models"),
        "polish": Command(
            "runs", "RUN|MODELS [RECORDING]", "make models of a run or a database better"
        ),
        "export": Command(
            "runs", "RUN", "write the files of a run: JSON, tables, models for other programs"
        ),
        "report": Command("runs", "RUN", "write an HTML report of a run"),
        "certainty": Command(
            "certain", "RUN", "say which parameters the data fix, and which they leave open"
        ),
        "profile": Command(
            "certain", "RUN PARAMETER", "fit again with one parameter held at many values"
        ),
        "status": Command("runs", "[RUN]", "say how a run is doing; --watch looks again"),
        "collect": Command(
            "runs", "RUN... -o DATABASE", "join the models of several runs in a database"
        ),
        "slurm": Command(
            "clusters",
            "fit RECORDING --runs N",
            "write scripts for an array of fits on a cluster; slurm workers: for one fit's workers",
            {"fit": "slurm", "workers": "workers"},
        ),
        "benchmark": Command(
            "benchmarks", "[-o FOLDER]", "compare search algorithms on problems of known answers"
        ),
        "import-model": Command(
            "models", "SOURCE -o FOLDER", "write a project folder from a model of another tool"
        ),
        "completion": Command(
            "shell", "SHELL", "write what makes bash, zsh, fish or tcsh complete words"
        ),
        "info": Command(
            "databases", "DATABASE", "say what is in a model database, and what is missing"
        ),
        "select": Command(
            "databases", "DATABASE --models IDS -o OUT", "write some models of a database"
        ),
        "merge": Command("databases", "DATABASE... -o OUT", "join databases"),
        "check": Command("databases", "DATABASE [ID]", "validate the models of a database"),
        "final-check": Command(
            "databases", "DATABASE ID|None [PATTERN...]", "plot models over their recordings"
        ),
        "search-init": Command("databases", "IN [OUT]", "find the resting state of every model"),
        "search-synmin": Command(
            "databases", "DATABASE", "find the smallest synaptic conductance that fires"
        ),
        "populations": Command(
            "databases",
            "RUN|DATABASE...",
            "count distinct models, find their families, compare cells",
        ),
        "plot-parmdist": Command(
            "databases", "DATABASE [-o FILE]", "plot the distributions of the parameters"
        ),
    }
)


def list_commands() -> str:
    """Return the end of the help: all commands with what they do."""
    lines = ["commands (pyneuronautofit COMMAND --help):"]
    for name, command in COMMANDS.items():
        lines.append(f"  {f'{name} {command.arguments}':40s} {command.does}")
    return "\n".join(lines)


def module_of(name: str, part: str | None = None) -> str:
    """Return the module of a command, or the one with the options of a part of it."""
    module = name.replace("-", "_") if part is None else COMMANDS[name].parts[part]
    return f"{_PACKAGE}.{COMMANDS[name].group}.{module}"


def run_command(name: str, argv: Sequence[str]) -> int:
    """Run a command by name.

    Its module is loaded here: that of `plot-parmdist`, say, takes long, and `status` does not need
    it.
    """
    with loading():
        module = import_module(module_of(name))
    run: Callable[[Sequence[str], str], int] = module.run
    return run(argv, f"pyneuronautofit {name}")
