"""What a worker is told: which problem it opens, and by what it simulates."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from pyneuronautofit._options import options_of
from pyneuronautofit._plugins import given_plug_ins
from pyneuronautofit._types import Json
from pyneuronautofit.errors import UsageError
from pyneuronautofit.fitting.config import FitConfig
from pyneuronautofit.fitting.options import FitOptions
from pyneuronautofit.fitting.problem import Problem
from pyneuronautofit.fitting.resumed.resume import OpenedFit, open_fit, stored_settings
from pyneuronautofit.fitting.resumed.settings import options_from
from pyneuronautofit.fitting.several import recording_word, split_word
from pyneuronautofit.objectives import used_mask
from pyneuronautofit.simulators import PreferredSimulator


@dataclass(frozen=True)
class WorkOrder:
    """A problem, as a worker opens it: values that JSON has, and no code.

    Attributes
    ----------
    settings
        The options of the fit that decide scores.
    directory
        The working directory that the model may depend on.
    generated
        Of each recording that is fitted, whether generated code simulates; else NEURON does.
    identity
        By which files the head has opened it: where they change, the fit before and the one after
        are two problems to a worker that has both.
    """

    settings: Mapping[str, Json]
    directory: str
    generated: tuple[bool, ...]
    identity: Mapping[str, Json] = field(default_factory=dict)

    @property
    def key(self) -> str:
        """A name for it."""
        return hashlib.sha256(json.dumps(asdict(self), sort_keys=True).encode()).hexdigest()

    def as_plain(self) -> dict[str, Any]:
        """Return it as it travels."""
        return {**asdict(self), "key": self.key}


def order_of(opened: OpenedFit, directory: Path, config: FitOptions) -> WorkOrder:
    """Return what workers are told of a fit, as things stand here.

    Raises
    ------
    UsageError
        If it has a plug-in that no other process can have.
    """
    for each in given_plug_ins():
        if each.path is None:
            raise UsageError(
                f"{each.kind.title} {each.code} is a part of {each.origin}, which workers do not "
                "have: put it into a file and name that as a plug-in, or leave the workers out"
            )
    known = {*options_of(FitConfig)}
    values = {n: v for n, v in stored_settings(config, opened.problem).items() if n in known}
    _path, sweeps = split_word(config.recording)
    project = opened.model.cell_source.project
    values |= {
        "recording": recording_word(opened.recording, sweeps),
        "beside": [_absolute(word) for word in config.beside],
        "project": None if project is None else str(project),
        "plugins": [str(Path(file).absolute()) for file in config.plugins],
        "n_worker": None,
    }
    generated = generated_parts(opened.problem)
    return WorkOrder(values, str(directory.absolute()), generated, opened.identity)


def generated_parts(problem: Problem) -> tuple[bool, ...]:
    """Tell of each recording that is fitted whether generated code simulates."""
    simulators = (part.simulator for part in problem.parts)
    return tuple(isinstance(s, PreferredSimulator) and s.is_generated for s in simulators)


def opened_by(order: Mapping[str, Any], n_thread: int) -> OpenedFit:
    """Open the problem of an order that has travelled, with the simulators that it says.

    Raises
    ------
    PyNeuronAutofitError
        Whatever is wrong with it here.
    """
    settings = dict(order["settings"])
    if isinstance(settings.get("mask"), str):
        settings["mask"] = used_mask(settings["mask"], settings["modes"])
    config = options_from(settings, Path("the fit's options"))
    opened = open_fit(replace(config, n_worker=n_thread), Path(order["directory"]))
    told: Sequence[bool] = order["generated"]
    for part, generated in zip(opened.problem.parts, told, strict=True):
        if isinstance(part.simulator, PreferredSimulator):
            part.simulator.be_told(generated=bool(generated))
    return opened


def _absolute(word: str) -> str:
    path, sweeps = split_word(word)
    return recording_word(path.absolute(), sweeps)
