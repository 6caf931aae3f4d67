"""What a command may write over: the one place that decides it, for all of them.

Options say whether the files that they name are read or written. A command that reads or writes
others, too, because of what stands in its files, asks here again with those.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pyneuronautofit._atomic import is_replaceable
from pyneuronautofit._options import options_of
from pyneuronautofit._words import FileWord, Use
from pyneuronautofit.errors import ModelError, RunError, UsageError
from pyneuronautofit.models import files_of_model
from pyneuronautofit.recordings import is_recording
from pyneuronautofit.runs import RunReader, belonging_to, find_store, is_store

_CURE = "give another name, so that it is not lost"


@dataclass(frozen=True)
class _OutputFile:
    """A file that would be written.

    Attributes
    ----------
    path
        Its name.
    said
        What messages call it: with the flag that names it.
    in_place
        Whether it may be what an option names to be read.
    """

    path: Path
    said: str
    in_place: bool = False


def check_outputs(
    config: Any,
    *,
    reads: Iterable[Path] = (),
    writes: Iterable[Path] = (),
    changes: Iterable[Path] = (),
    strict: bool = False,
    remade: Path | None = None,
) -> None:
    """Refuse to write over what a command reads, over the files of a run, or over a recording.

    It is the file that counts, not its name: links are followed.

    Parameters
    ----------
    config
        The command's options, which know how the files are used that they name.
    reads, writes
        Files that no option names.
    changes
        Files that an option names to be read, and that are changed in place.
    strict
        Nothing is changed in place, although there is an option that allows it.
    remade
        The store of the run whose results the command makes anew: those it may write over.

    Raises
    ------
    UsageError
        If that would happen, or two outputs are one file.
    """
    outputs = [*_outputs_of(config, strict=strict), *(_OutputFile(p, str(p)) for p in writes)]
    present = [each for each in outputs if is_replaceable(each.path)]
    _refuse_doubles(present)
    changed = [_OutputFile(path, str(path), in_place=True) for path in changes]
    present += [each for each in changed if is_replaceable(each.path)]
    for output in present:
        _refuse_parts_of_runs(output, remade)
    if not any(each.path.exists() for each in present):
        return
    named, others = list(_named(config)), [*_others(config), *reads]
    for output in present:
        if output.path.exists():
            _refuse(output, named, others)


def run_inputs(run: RunReader) -> list[Path]:
    """Return the files that are read where a run's models are simulated again."""
    places = {name: run.info.places.get(name) for name in ("recording", "project")}
    files = [Path(place) for place in places.values() if isinstance(place, str)]
    return [run.path, *files, *_model_files(places["project"])]


def _outputs_of(config: Any, *, strict: bool) -> Iterator[_OutputFile]:
    for name, word, value in _files_of(config):
        single = word.use is Use.PATTERN and "{}" not in value
        if word.use in {Use.WRITTEN, Use.CHANGED} or single:
            in_place = word.use is Use.CHANGED and not strict
            yield _OutputFile(Path(value), f"{name} {value}", in_place)


def _named(config: Any) -> Iterator[Path]:
    """Yield the files that options name to be read as they are."""
    for _name, word, value in _files_of(config):
        if word.use is Use.READ:
            yield Path(value)


def _others(config: Any) -> Iterator[Path]:
    """Yield the files that are read because of what options name: those of runs and models."""
    for _name, word, value in _files_of(config):
        if word.use is Use.RUN:
            yield Path(value)
            yield from _store(value)
    if any(option.parse == _MODEL for option, _default in options_of(config).values()):
        yield from _model_files(config.project)


_MODEL = FileWord(Use.MODEL)


def _files_of(config: Any) -> Iterator[tuple[str, FileWord, str]]:
    """Yield for every name of a file its option's name, what is done with it, and the name."""
    for field, (option, _default) in options_of(config).items():
        values = getattr(config, field)
        if isinstance(option.parse, FileWord) and values is not None:
            for value in values if isinstance(values, tuple) else (values,):
                yield option.name, option.parse, value


def _store(run: str) -> Iterator[Path]:
    try:
        yield find_store(run, Path.cwd())
    except RunError:  # whoever opens it says so
        return


def _model_files(project: str | None) -> Sequence[Path]:
    try:
        return files_of_model(None if project is None else Path(project), Path.cwd())
    except ModelError:  # whoever loads it says so
        return ()


def _refuse_doubles(outputs: Sequence[_OutputFile]) -> None:
    seen: dict[str, _OutputFile] = {}
    for output in outputs:
        first = seen.setdefault(os.path.realpath(output.path), output)
        if first is not output:
            raise UsageError(
                f"{output.said}: this is the same file as {first.said}, and one would be lost: "
                "give each a name of its own"
            )


def _refuse_parts_of_runs(output: _OutputFile, remade: Path | None) -> None:
    """Refuse the file of a run beside its store, also one that is not there at the moment."""
    owner = belonging_to(output.path, remade)
    if owner is not None:
        raise UsageError(f"{output.said}: this is a part of the run {owner}: {_CURE}")


def _refuse(output: _OutputFile, named: Iterable[Path], others: Iterable[Path]) -> None:
    """Refuse one output that is there already."""
    in_place = output.in_place and any(_is_same(each, output.path) for each in named)
    sources = others if in_place else [*named, *others]
    source = next((each for each in sources if _is_same(each, output.path)), None)
    if source is not None:
        raise UsageError(
            f"{output.said}: this is the same file as {source}, which is read: {_CURE}"
        )
    if is_store(output.path):
        raise UsageError(f"{output.said}: this is the store of a run (an SQLite file): {_CURE}")
    if not in_place and is_recording(output.path):
        raise UsageError(f"{output.said}: this is a recording: {_CURE}")


def _is_same(one: Path, other: Path) -> bool:
    try:
        return os.path.samefile(one, other)
    except (OSError, ValueError):  # one of them is not there
        return False
