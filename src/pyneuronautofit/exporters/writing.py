"""An export: written beside its place, proven there, and moved to it if it is proven."""

from __future__ import annotations

import hashlib
import io
import json
import os
import re
import shutil
import tempfile
from pathlib import Path

import numpy as np

from pyneuronautofit._atomic import replacing, write_text
from pyneuronautofit._programs import run_program
from pyneuronautofit._text import quoted
from pyneuronautofit._types import FloatArray, Json
from pyneuronautofit._version import __version__
from pyneuronautofit.errors import ModelError, NotAvailableError, OutputError, UsageError
from pyneuronautofit.exporters.kind import PROTOCOL, Exported, ExportKind
from pyneuronautofit.exporters.proof import NOT_YET, Proof, engine_environment, prove
from pyneuronautofit.fitting import FittedModel
from pyneuronautofit.simulators import NeuronSimulator, RunStatus
from pyneuronautofit.space import ParameterTable

EXPECTED, PROOF = "expected.npz", "proof.json"
UNPROVEN, _OUTPUT = "-unproven", "engine-output.txt"
_LIMIT_S = 120.0
_HARMLESS = re.compile(r"[^\w .,:;()+-]+", re.ASCII)
_VERSIONS = """\
import importlib.metadata, importlib.util, json, sys
missing = [name for name in sys.argv[1:] if importlib.util.find_spec(name) is None]
known = importlib.metadata.packages_distributions()
versions = {
    name: importlib.metadata.version(known[name][0])
    for name in sys.argv[1:]
    if name not in missing and name in known
}
print("found: " + json.dumps([missing, versions]))
"""


def find_engine(kind: ExportKind, python: str) -> dict[str, Json]:
    """Return the versions of an engine's modules.

    Raises
    ------
    NotAvailableError
        If one of them is not there.
    """
    done = run_program(
        [python, "-c", _VERSIONS, *kind.modules], _LIMIT_S, environment=engine_environment(python)
    )
    _before, marked, answer = done.output.rpartition("found: ")
    if done.code != 0 or not marked:
        raise UsageError(f"--engines {python}: expected a Python, and it ended with {done.how}")
    missing, versions = json.loads(answer)
    if missing:
        raise NotAvailableError(
            f"--as {kind.name}: no export without its proof, and for that {quoted(missing)} is "
            f"needed, which {python} does not have: {kind.remedy}, or name a Python that has it "
            "with --engines"
        )
    return dict(versions)


def simulated(export: Exported, *, exact_tables: bool) -> FloatArray:
    """Return our voltages of the sweeps, [sweep, sample] in mV, by NEURON's fixed steps.

    Raises
    ------
    ModelError
        If the model fails: then there is nothing to prove.
    """
    model, experiment = export.model, export.protocol.experiment
    with NeuronSimulator(model.source, experiment, 1, exact_tables=exact_tables) as simulator:
        traces = simulator.run(table_of(model))
    if traces.status[0] is not RunStatus.OK:
        raise ModelError(f"{export.title} cannot be simulated: {traces.messages[0]}")
    voltage_mV: FloatArray = traces.voltage_mV[0]
    return voltage_mV


def table_of(model: FittedModel) -> ParameterTable:
    """Return a model's parameters as simulators take them."""
    parameters = model.space.parameters
    targets = tuple(each.targets for each in parameters)
    return ParameterTable(targets, tuple(model.space.whole.tolist()), model.values[None])


def refuse_existing(target: Path) -> None:
    """Refuse to write over what is there.

    Raises
    ------
    OutputError
        If there is an export of that name, proven or not.
    """
    for path in (target, unproven(target)):
        if path.exists() or path.is_symlink():
            raise OutputError(
                f"{path} is there: remove it, or choose another folder with --output, so that it "
                "is not lost"
            )


def unproven(target: Path) -> Path:
    """Return where an export is kept whose proof fails."""
    return target.with_name(target.name + UNPROVEN)


def write_export(
    kind: ExportKind,
    export: Exported,
    target: Path,
    *,
    expected_mV: FloatArray,
    engine: dict[str, Json],
    python: str,
) -> Proof:
    """Write an export, prove it, and put it in its place.

    Parameters
    ----------
    target
        Its folder, which is not there yet.
    expected_mV : FloatArray, shape (n_sweep, n_sample), mV
        Our voltages.
    engine
        What `find_engine` returns.
    python
        The Python that has the engine.

    Returns
    -------
    Proof
        Where it has not passed, the files are in the folder that `unproven` names.

    Raises
    ------
    OutputError
        If it cannot be written there.
    """
    refuse_existing(target)
    source = export.model.source
    place = Path(tempfile.mkdtemp(prefix=f".{target.name[:60]}.", dir=target.parent))
    try:
        write_text(place / PROTOCOL, json.dumps(export.protocol.as_json()) + "\n")
        kind.write(export, place)
        proof = prove(
            kind, place, export.protocol, expected_mV, python=python, library=source.library
        )
        _write_proof(kind, export, place, proof, expected_mV=expected_mV, engine=engine)
        os.chmod(place, 0o777 & ~_umask())
        os.rename(place, target if proof.passed else unproven(target))
    except OSError as error:
        raise OutputError(f"cannot write {target}: {error.strerror or error}") from error
    finally:
        shutil.rmtree(place, ignore_errors=True)
    return proof


def _write_proof(
    kind: ExportKind,
    export: Exported,
    folder: Path,
    proof: Proof,
    *,
    expected_mV: FloatArray,
    engine: dict[str, Json],
) -> None:
    words = "proven" if proof.passed else "NOT PROVEN"
    for name in kind.commented:
        text = (folder / name).read_text(encoding="utf-8")
        # It stands in a comment, or in a text of Python, and must not end it.
        line = _HARMLESS.sub(" ", proof.said)
        write_text(folder / name, text.replace(NOT_YET, f"Proof: {words}: {line}", 1))
    if proof.output:
        write_text(folder / _OUTPUT, proof.output)
    packed = io.BytesIO()
    protocol = export.protocol
    np.savez_compressed(
        packed,
        voltage_mV=expected_mV,
        sweeps=np.array(protocol.numbers),
        step_ms=protocol.experiment.clock.step_ms,
    )
    with replacing(folder / EXPECTED) as stream:
        stream.write(packed.getvalue())
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    content = {
        "title": export.title,
        "kind": kind.name,
        "program": f"pyneuronautofit {__version__}",
        "engine": engine,
        "reference": f"NEURON's fixed steps of {protocol.experiment.clock.dt_ms:g} ms on the cell "
        "class itself" + (", TABLEs computed" if kind.exact_tables else ""),
        "recording": protocol.recording,
        **proof.as_json(),
        "parameters": dict(zip(export.model.space.names, export.model.values.tolist())),
        "sha256": {
            path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
            for path in files
        },
    }
    write_text(folder / PROOF, json.dumps(content, indent=1) + "\n")


def _umask() -> int:
    # The process's umask can only be read by setting it.
    mask = os.umask(0)
    os.umask(mask)
    return mask
