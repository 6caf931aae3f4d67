"""A command line with what its run file says in place of --run FILE."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from pyneuronautofit.cli.runfile.keys import in_order
from pyneuronautofit.cli.runfile.options import run_file_options
from pyneuronautofit.cli.runfile.reading import USUAL, read_run_file
from pyneuronautofit.cli.runfile.values import spelt
from pyneuronautofit.errors import UsageError

#: Reads a command line in which arguments may be missing: flags as field -> value, and arguments.
Reader = Callable[[Sequence[str]], tuple[dict[str, Any], list[str]]]

_FLAG = "--run"


def expanded(config: type[Any], argv: Sequence[str], prog: str, read: Reader) -> list[str]:
    """Return the words of a command line without --run: with those that stand in its file.

    What is on the command line comes first. Arguments without a flag are those that the file does
    not have, if there are as many; else they take the places of the first ones.

    Parameters
    ----------
    config
        The record of the command's options.
    argv
        The command line behind the name of the command.
    prog
        The name of the program, and of the command.
    read
        What reads it.

    Raises
    ------
    UsageError
        If the command line or the file has something that cannot be.
    """
    if not run_file_options(config) or not _asks(argv):
        return list(argv)
    given, words = read(argv)
    path = Path(given.pop("run_file"))
    values = read_run_file(path, config, command_of(prog))
    arguments = _arguments(config, values, words)
    return spell(config, {**values, **given}, arguments)


def command_of(prog: str) -> str:
    """Return the name of the command that a program's name has behind it."""
    return prog.partition(" ")[2] or USUAL


def spell(config: type[Any], values: Mapping[str, Any], arguments: Sequence[str]) -> list[str]:
    """Return the command line that gives options their values: flags, then arguments."""
    words: list[str] = []
    described = {**dict(in_order(config)), **run_file_options(config)}
    for field, (option, default) in described.items():
        if not option.flags or field not in values:
            continue
        value = values[field]
        if default == ():
            words += [f"{max(option.flags, key=len)}={spelt(each)}" for each in value]
        elif option.parse is None:
            words += [option.name] if value else []
        elif option.count > 1:
            words += [option.name, *map(spelt, value)]
        elif not (word := spelt(value)) or (word.startswith("-") and isinstance(value, str)):
            words.append(f"{max(option.flags, key=len)}={word}")
        else:
            words += [option.name, word]
    dashes = ["--"] if any(word.startswith("-") for word in arguments) else []
    return [*words, *dashes, *arguments]


def _asks(argv: Sequence[str]) -> bool:
    """Tell whether a command line has the flag --run, and does not ask for help."""
    flags = argv[: argv.index("--")] if "--" in argv else argv
    if {"-h", "--help"} & {*flags}:
        return False
    return any(word == _FLAG or word.startswith(f"{_FLAG}=") for word in flags)


def _arguments(config: type[Any], values: dict[str, Any], words: Sequence[str]) -> list[str]:
    """Return the arguments in their order, those of the file taken out of its values."""
    names = [field for field, (option, _default) in in_order(config) if not option.flags]
    many = [name for name in names if isinstance(dict(in_order(config))[name][1], tuple)]
    single = [name for name in names if name not in many]
    from_file = {name: values.pop(name) for name in names if name in values}
    left = list(words)
    missing = [name for name in single if name not in from_file]
    takers = missing if len(left) <= len(missing) else single
    found: dict[str, list[str]] = {name: [left.pop(0)] for name in takers if left}
    if left and not many:
        raise UsageError(f"unrecognized arguments: {' '.join(left)}")
    behind = {**found, **dict.fromkeys(many, left)}
    taken = "recording" in found
    for name in names:
        if name in many and not left and not taken:
            behind[name] = list(from_file.get(name, ()))
        elif name in single and name not in found and name in from_file:
            behind[name] = [from_file[name]]
    # What stands behind one that is missing would be taken for it.
    listed: list[str] = []
    for name in names:
        each = behind.get(name, [])
        if not each and name in single:
            break
        listed += each
    return listed
