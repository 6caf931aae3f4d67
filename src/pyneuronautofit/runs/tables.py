"""All evaluations of a run as one table: CSV, or Parquet."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from pyneuronautofit._atomic import replacing
from pyneuronautofit._text import writable
from pyneuronautofit.errors import NotAvailableError
from pyneuronautofit.runs.cells import joint_components
from pyneuronautofit.runs.exporting import finite_fitness
from pyneuronautofit.runs.store import RunReader
from pyneuronautofit.space import ParameterSpace
from pyneuronautofit.space.paths import OF_CELL


def column_names(run: RunReader) -> tuple[list[str], list[str]]:
    """Return the names of the parameters' columns, and of the scores'.

    A parameter that sets several paths has the name of the first. Components are numbered within
    their mode: O0, O1, V0; of several cells within that of their cell: O0@young, O1@young, O0@old.
    """
    names = list(ParameterSpace.from_rows(run.header.parameters).names)
    cells = [""] * len(run.header.markers)
    for own in joint_components(run.header.evaluation, run.info.mode_sizes):
        for place in own.places.tolist():
            cells[place] = f"{OF_CELL}{own.cell}"
    counts: dict[tuple[str, str], int] = {}
    scores = []
    for key in zip(run.header.markers, cells, strict=True):
        letter, cell = key
        scores.append(f"{letter}{counts.get(key, 0)}{cell}")
        counts[key] = counts.get(key, 0) + 1
    return names, scores


def write_csv(path: Path, run: RunReader) -> None:
    """Write all evaluations, a line each; what is not finite is empty.

    Numbers have as many digits as it takes to read the same bits again.

    Raises
    ------
    OutputError
        If the file cannot be written.
    """
    with replacing(path) as stream:
        text = io.TextIOWrapper(
            stream, encoding="utf-8", errors="backslashreplace", newline="", write_through=True
        )
        writer = csv.writer(text)
        first = True
        for columns in _tables(run):
            if first:
                writer.writerow(columns)
                first = False
            writer.writerows(zip(*(_cells(values) for values in columns.values()), strict=True))
        text.detach()


def write_parquet(path: Path, run: RunReader) -> None:
    """Write all evaluations; the head of the run is in the file's metadata, as JSON.

    Raises
    ------
    NotAvailableError
        If pyarrow is not installed.
    OutputError
        If the file cannot be written.
    """
    try:
        import pyarrow as pa  # noqa: PLC0415 - an extra
        from pyarrow import parquet  # noqa: PLC0415
    except ImportError as error:
        raise NotAvailableError(
            "Parquet files need pyarrow: install it with pip install 'pyneuronautofit[parquet]', "
            "or write CSV (--formats csv)"
        ) from error
    header = {"pyneuronautofit": json.dumps(run.header.as_json())}
    with replacing(path) as stream:
        writer = None
        for columns in _tables(run):
            columns["message"] = writable(columns["message"])
            table = pa.table(columns).replace_schema_metadata(header)
            if writer is None:
                writer = parquet.ParquetWriter(stream, table.schema)
            writer.write_table(table)
        if writer is not None:
            writer.close()


def _tables(run: RunReader) -> Iterator[dict[str, Any]]:
    """Yield columns by name, block after block; at least one block, perhaps without lines."""
    parameters, scores = column_names(run)
    weights = None if run.last is None else run.weights(run.last.number)
    archive = run.archive()
    population = archive[:0] if run.last is None else run.last.population
    rows = (generation.rows for generation in run.generations)
    for number, chosen in enumerate(rows) if run.generations else ((0, archive),):
        block = run.evaluations(chosen)
        scalars = None if weights is None else weights.scalars(block.scores)
        yield {
            "evaluation": chosen,
            "generation": np.full(len(block), number),
            "status": block.status,
            "message": block.messages,
            "seconds": block.seconds,
            "in_population": np.isin(chosen, population).astype(np.int64),
            "in_archive": np.isin(chosen, archive).astype(np.int64),
            "weighted_fitness": finite_fitness(scalars, block.scores),
            **dict(zip(parameters, block.parameters.T, strict=True)),
            **dict(zip(scores, block.scores.T, strict=True)),
        }


def _cells(values: Any) -> Sequence[Any]:
    """Return the cells of a column."""
    if not isinstance(values, np.ndarray):
        return tuple(values)
    listed: list[Any] = values.tolist()
    if values.dtype.kind != "f":
        return listed
    finite = np.isfinite(values).tolist()
    return [repr(value) if known else "" for value, known in zip(listed, finite, strict=True)]
