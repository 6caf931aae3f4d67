"""A folder for sbi: arrays, what they are, and a script that trains on them."""

from __future__ import annotations

import io
import json
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from string import Template

import numpy as np

from pyneuronautofit._atomic import replacing, write_text
from pyneuronautofit._text import quoted
from pyneuronautofit._types import Json
from pyneuronautofit._version import __version__
from pyneuronautofit.errors import OutputError
from pyneuronautofit.fitting.for_sbi.features import FEATURES
from pyneuronautofit.fitting.for_sbi.simulating import SbiData
from pyneuronautofit.runs import RunReader
from pyneuronautofit.space import parse_parameters
from pyneuronautofit.space.scales import FIXED

_ARRAYS, _HEAD, _SCRIPT, _README = (
    "simulations.npz",
    "models-head.json",
    "train_npe.py",
    "README.md",
)

# So many features are named on the screen; all are in the README.
_MOST_NAMED = 6


@dataclass(frozen=True)
class Inference:
    """What is written of a run for sbi.

    Attributes
    ----------
    run
        Its stamp.
    head
        What stands at the head of a file of models: `parameters`, `target`, `temperature`, ..
    seed
        What the draws were made from.
    data
        The arrays.
    """

    run: str
    head: dict[str, Json]
    seed: int
    data: SbiData


def files_of(folder: Path) -> list[Path]:
    """Return the files that are written."""
    return [folder / name for name in (_ARRAYS, _HEAD, _SCRIPT, _README)]


def head_of(run: RunReader) -> dict[str, Json]:
    """Return what stands at the head of a file of a run's models."""
    kept = ("parameters", "target", "version", "evaluation", "temperature", "program")
    header = run.header.as_json()
    declared = parse_parameters(run.header.parameters)
    return {
        **{key: header[key] for key in kept},
        "shared": {
            "places": {p.name: [path.text for path in p.targets[1:]] for p in declared
                       if len(p.targets) > 1 and p.scale is not FIXED},
            "constants": {path.text: p.low for p in declared if p.scale is FIXED
                          for path in p.targets},
        },
    }  # fmt: skip


def said_of(data: SbiData) -> str:
    """Say what was simulated, and where the recording is beyond all of it."""
    failed = sum(data.failures.values())
    said = f"{len(data.theta)} simulations of {data.theta.shape[1]} parameters, "
    said += f"{data.x.shape[1]} features" + (f", {failed} failed" if failed else "")
    outside = data.outside
    if not outside:
        return f"{said}; the recording's features are all within the simulations'"
    which = "1 feature" if len(outside) == 1 else f"{len(outside)} features"
    return (
        f"{said}; {which} of the recording outside of all simulations', so a posterior would be "
        f"extrapolated: {quoted(outside, _MOST_NAMED)}"
    )


def write_folder(folder: Path, inference: Inference) -> None:
    """Write everything, each file atomically.

    Raises
    ------
    OutputError
        If it cannot be written there.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(
            f"the folder {folder} cannot be made: {error.strerror}. Choose another with --sbi"
        ) from error
    arrays, head, script, readme = files_of(folder)
    _write_arrays(arrays, inference.data)
    write_text(head, json.dumps(inference.head, indent=1) + "\n")
    write_text(script, _text("train_npe.txt"))
    write_text(readme, _readme(inference))


def _write_arrays(path: Path, data: SbiData) -> None:
    content = io.BytesIO()
    # Names are arrays of text: whoever loads them needs no pickle.
    np.savez_compressed(
        content,
        theta=data.theta,
        x=data.x,
        x_observed=data.x_observed,
        low=data.low,
        high=data.high,
        log=data.log,
        parameters=np.array([parameter.name for parameter in data.parameters]),
        features=np.array(data.features),
    )
    with replacing(path) as stream:
        stream.write(content.getvalue())


def _readme(inference: Inference) -> str:
    data = inference.data
    failed = ", ".join(f"{n} {status}" for status, n in data.failures.items()) or "none"
    outside = "".join(f"- {_plain(name)}\n" for name in data.outside)
    return Template(_text("readme.txt")).substitute(
        version=__version__,
        run=_plain(inference.run),
        target=_plain(str(inference.head.get("target"))),
        n_simulation=len(data.theta),
        n_param=data.theta.shape[1],
        n_feature=data.x.shape[1],
        seed=inference.seed,
        failed=failed,
        parameters="".join(
            f"| {_plain(p.name)} | {'log10' if is_log else ''} | {low:.6g} | {high:.6g} |\n"
            for p, is_log, low, high in zip(
                data.parameters, data.log, data.low, data.high, strict=True
            )
        ).rstrip(),
        features="".join(f"| {f.name} | {f.unit} | {f.is_what} |\n" for f in FEATURES).rstrip(),
        outside=outside or "None.\n",
    )


def _plain(text: str) -> str:
    """Return a name as Markdown shows it: between marks that are in no name."""
    return "`" + text.replace("`", "'").replace("|", "/").replace("\n", " ") + "`"


def _text(name: str) -> str:
    return resources.files(__package__).joinpath(name).read_text("utf-8")
