"""A run's JSON files, in the formats that users of earlier programs have on disk.

Every file is a header (what was fitted to what, and how) with one list of records. A record's
`parameters` are model values in the order of the header's `parameters`; numbers that are not finite
are null.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import numpy as np
import orjson

from pyneuronautofit._atomic import replacing
from pyneuronautofit._types import FloatArray, Json
from pyneuronautofit._version import __version__


@dataclass(frozen=True)
class Header:
    """What stands at the head of every result file.

    Attributes
    ----------
    markers
        The mode letter of every component of a fitness vector.
    bvalues : FloatArray, shape (n_score,)
        The recording against a voltage of zero.
    parameters
        The searched parameters: [name or names, scale, low, high].
    version
        The model's version.
    target
        The recording's file name.
    evaluation
        The evaluation's settings.
    command
        The command line.
    temperature_degC
        Of the simulations; None where nobody says.
    program
        What wrote it, with its version.
    """

    markers: tuple[str, ...]
    bvalues: FloatArray
    parameters: list[list[object]]
    version: str
    target: str
    evaluation: Json
    command: str
    temperature_degC: float | None = None
    program: str = f"pyneuronautofit {__version__}"

    def as_json(self) -> dict[str, Json]:
        """Return the keys of the file."""
        return {
            "markers": list(self.markers),
            "bvalues": numbers(self.bvalues),
            "parameters": self.parameters,
            "version": self.version,
            "target": self.target,
            "evaluation": self.evaluation,
            "cmd": self.command,
            "temperature": self.temperature_degC,
            "program": self.program,
        }

    @classmethod
    def from_json(cls, stored: Mapping[str, Json]) -> Self:
        """Return the header of such keys; raises KeyError, TypeError or ValueError for others."""
        return cls(
            tuple(stored["markers"]),
            np.array(stored["bvalues"], dtype=np.float64),
            [list(row) for row in stored["parameters"]],
            stored["version"],
            stored["target"],
            stored["evaluation"],
            stored["cmd"],
            stored["temperature"],
            stored["program"],
        )


@dataclass(frozen=True)
class Models:
    """Evaluated parameter sets.

    Attributes
    ----------
    parameters : FloatArray, shape (n_model, n_param), model values
    scores : FloatArray, shape (n_model, n_score)
    weighted : FloatArray, shape (n_model,), or None
        Scalar fitness; None for a search by dominance, which has none.
    source
        The key `sours`: P for the population, A for the archive; None: no such key.
    """

    parameters: FloatArray
    scores: FloatArray
    weighted: FloatArray | None = None
    source: str | None = None

    def records(self) -> Iterator[Json]:
        """Yield the models as result files hold them."""
        weighted = np.full(len(self.scores), np.nan) if self.weighted is None else self.weighted
        for parameters, scores, scalar in zip(
            self.parameters, self.scores, numbers(weighted), strict=True
        ):
            record: dict[str, Json] = {
                "fitness": numbers(scores),
                "parameters": numbers(parameters),
                "weighted-fitness": scalar,
            }
            yield record if self.source is None else {**record, "sours": self.source}

    def lines(self) -> Iterator[bytes]:
        """Yield the same as JSON; numbers have as many digits as their bits need."""
        weighted = np.full(len(self.scores), np.nan) if self.weighted is None else self.weighted
        source = {} if self.source is None else {"sours": self.source}
        parameters, scores = map(np.ascontiguousarray, (self.parameters, self.scores))
        for values, vector, scalar in zip(parameters, scores, weighted.tolist(), strict=True):
            # What is not finite becomes null.
            yield orjson.dumps(
                {"fitness": vector, "parameters": values, "weighted-fitness": scalar, **source},
                option=orjson.OPT_SERIALIZE_NUMPY,
            )


def write_evaluations(path: Path, header: Header, blocks: Iterable[Models]) -> None:
    """Write every evaluation (`-arXive.json`), block after block."""
    lines = (line for models in blocks for line in models.lines())
    _write(path, header.as_json(), "records", lines)


def write_final(path: Path, header: Header, population: Models, archive: Models) -> None:
    """Write the final population and the archive (`-final.json`)."""
    lines = (line for models in (population, archive) for line in models.lines())
    _write(path, header.as_json(), "final", lines)


def write_checkpoint(path: Path, header: Header, generation: int, population: Models) -> None:
    """Write the population of a generation (`-chpnt.json`)."""
    _write(path, {**header.as_json(), "generation": generation}, "population", population.lines())


def write_adaptations(path: Path, header: Header, adaptations: Iterable[Json]) -> None:
    """Write how the weights of the components were adapted (`-KrWtLg.json`)."""
    _write(path, header.as_json(), "adaptations", map(_dump, adaptations))


def numbers(values: FloatArray) -> list[float | None]:
    """Return an array of one dimension as JSON numbers; null where it is not finite."""
    listed: list[float | None] = values.tolist()
    finite = np.isfinite(values)
    if finite.all():
        return listed
    return [value if known else None for value, known in zip(listed, finite, strict=True)]


def _write(path: Path, head: Mapping[str, Json], key: str, lines: Iterable[bytes]) -> None:
    """Write `{head..., key: [lines]}`, a record a line: readable by people and by line tools."""
    with replacing(path) as stream:
        for name, value in head.items():
            opening = b"{" if stream.tell() == 0 else b",\n "
            stream.write(opening + _dump(name) + b": " + _dump(value))
        stream.write(b",\n " + _dump(key) + b": [")
        for number, line in enumerate(lines):
            stream.write((b",\n  " if number else b"\n  ") + line)
        stream.write(b"\n ]}\n")


def _dump(value: Json) -> bytes:
    text = json.dumps(value, allow_nan=False, ensure_ascii=False)
    # File names that are not UTF-8 hold lone surrogates: their escapes are valid JSON.
    return text.encode("utf-8", "backslashreplace")
