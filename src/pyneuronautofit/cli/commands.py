"""The commands by name. Adding one: a file, and a line in COMMANDS."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from pyneuronautofit.cli import (
    check,
    collect,
    compare,
    evaluate,
    export,
    final_check,
    fit,
    info,
    merge,
    plot_parmdist,
    search_init,
    select,
    simulate,
)
from pyneuronautofit.errors import NotAvailableError


@dataclass(frozen=True)
class Command:
    """One command.

    Attributes
    ----------
    arguments
        Its arguments, for the list in the help.
    does
        What it does.
    run
        (argv, prog) -> exit code; None: it is not available yet.
    """

    arguments: str
    does: str
    run: Callable[[Sequence[str], str], int] | None = None


COMMANDS: Mapping[str, Command] = MappingProxyType(
    {
        "fit": Command("RECORDING", "fit a model; the same as no command", fit.run),
        "compare": Command(
            "RECORDING RESPONSES", "score given voltages against a recording", compare.run
        ),
        "simulate": Command(
            "MODELS RECORDING -o OUT.npz", "run models under a recording's currents", simulate.run
        ),
        "evaluate": Command("MODELS [RECORDING]", "simulate and score models", evaluate.run),
        "export": Command(
            "RUN", "write the files of a run: JSON, tables, NEURON scripts", export.run
        ),
        "report": Command("RUN", "write an HTML report of a run"),
        "collect": Command(
            "RUN... -o DATABASE", "join the models of several runs in a database", collect.run
        ),
        "info": Command(
            "DATABASE", "say what is in a model database, and what is missing", info.run
        ),
        "select": Command(
            "DATABASE --models IDS -o OUT", "write some models of a database", select.run
        ),
        "merge": Command("DATABASE... -o OUT", "join databases", merge.run),
        "check": Command("DATABASE [ID]", "validate the models of a database", check.run),
        "final-check": Command(
            "DATABASE ID|None [PATTERN...]", "plot models over their recordings", final_check.run
        ),
        "search-init": Command(
            "IN [OUT]", "find the resting state of every model", search_init.run
        ),
        "search-synmin": Command("DATABASE", "find the smallest synaptic conductance that fires"),
        "plot-parmdist": Command(
            "DATABASE [-o FILE]", "plot the distributions of the parameters", plot_parmdist.run
        ),
    }
)


def list_commands() -> str:
    """Return the end of the help: all commands with what they do."""
    lines = ["commands (pyneuronautofit COMMAND --help):"]
    for name, command in COMMANDS.items():
        later = "" if command.run else " (not available yet)"
        lines.append(f"  {f'{name} {command.arguments}':40s} {command.does}{later}")
    return "\n".join(lines)


def run_command(name: str, argv: Sequence[str]) -> int:
    """Run a command by name.

    Raises
    ------
    NotAvailableError
        If it is not built yet.
    """
    command = COMMANDS[name]
    if command.run is None:
        built = ", ".join(other for other, known in COMMANDS.items() if known.run)
        raise NotAvailableError(
            f"the command {name} is not available yet; this version has {built}"
        )
    return command.run(argv, f"pyneuronautofit {name}")
