"""Models of a run, each in the languages of some engines, each proven by its engine."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from pyneuronautofit._types import FloatArray, Json
from pyneuronautofit.errors import ProofError
from pyneuronautofit.exporters.kind import Exported, ExportKind
from pyneuronautofit.exporters.protocol import Protocol
from pyneuronautofit.exporters.reading import read_flat
from pyneuronautofit.exporters.writing import (
    find_engine,
    refuse_existing,
    simulated,
    table_of,
    unproven,
    write_export,
)
from pyneuronautofit.fitting import FittedModel
from pyneuronautofit.simulators.neuron.session import NeuronSetup

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Order:
    """What is exported, and where to.

    Attributes
    ----------
    kinds
        The kinds of exports.
    models
        The models, by the name that their folders begin with.
    protocol
        The sweeps that prove them.
    folder
        Where the folders are made.
    python
        The Python that has the engines.
    """

    kinds: Sequence[ExportKind]
    models: Mapping[str, FittedModel]
    protocol: Protocol
    folder: Path
    python: str

    def target(self, name: str, kind: ExportKind) -> Path:
        """Return the folder of one export."""
        return self.folder / f"{name}-{kind.name}"


def export_models(order: Order) -> list[Path]:
    """Write and prove all that was ordered, and return the folders.

    Raises
    ------
    UsageError
        If an engine cannot express a model; then nothing is written.
    NotAvailableError
        If an engine is not there; then nothing is written.
    OutputError
        If there is something where an export would be, or it cannot be written.
    ModelError
        If a model cannot be built or simulated.
    ProofError
        If a proof has failed; the others are written.
    """
    engines = {kind.name: find_engine(kind, order.python) for kind in order.kinds}
    for name in order.models:
        for kind in order.kinds:
            refuse_existing(order.target(name, kind))
    exports = {name: _exported(model, order.protocol) for name, model in order.models.items()}
    for export in exports.values():
        for kind in order.kinds:
            kind.refuse(export)
    written: list[Path] = []
    failed: list[str] = []
    for name, export in exports.items():
        for path, said in _proven(order, name, export, engines):
            written.append(path)
            failed += [said] if said else []
    if failed:
        kept = "; ".join(failed)
        raise ProofError(
            f"{kept}. What is in such a folder is not the fitted model: do not use it. Its "
            "proof.json says how far each sweep is off"
        )
    return written


def _exported(model: FittedModel, protocol: Protocol) -> Exported:
    setup = NeuronSetup(model.source, protocol.experiment, ())
    return Exported(model, read_flat(setup, table_of(model)), protocol)


def _proven(
    order: Order, name: str, export: Exported, engines: Mapping[str, dict[str, Json]]
) -> Iterator[tuple[Path, str]]:
    """Yield where each export of a model is, and why it is not proven, if it is not."""
    # Our voltages differ only by whether TABLEs are interpolated.
    expected: dict[bool, FloatArray] = {}
    for kind in order.kinds:
        if kind.exact_tables not in expected:
            expected[kind.exact_tables] = simulated(export, exact_tables=kind.exact_tables)
        target = order.target(name, kind)
        proof = write_export(
            kind,
            export,
            target,
            expected_mV=expected[kind.exact_tables],
            engine=engines[kind.name],
            python=order.python,
        )
        if proof.passed:
            _log.info("%s is proven: %s", target.name, proof.said, extra={"notice": True})
            yield target, ""
        else:
            yield (
                unproven(target),
                f"the proof of {target.name} has failed, and its files are in {unproven(target)}: "
                f"{proof.said}",
            )
