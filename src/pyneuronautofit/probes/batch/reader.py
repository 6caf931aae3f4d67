"""What the worker processes of the batch probe do: let NEURON build models, and read them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pyneuronautofit.errors import PyNeuronAutofitError, UnsupportedModel
from pyneuronautofit.probes import synapse
from pyneuronautofit.probes.neuron.runner import named_sections
from pyneuronautofit.simulators.cells.image import CellImage, Signature
from pyneuronautofit.simulators.cells.morphology import (
    Blueprint,
    make_blueprint,
    read_shape,
)
from pyneuronautofit.simulators.cells.reading import LackingKindError
from pyneuronautofit.simulators.cells.supported import refuse_unsupported
from pyneuronautofit.simulators.cells.worker import image_reader
from pyneuronautofit.simulators.neuron.hoc import neuron
from pyneuronautofit.simulators.neuron.session import (
    NeuronSession,
    NeuronSetup,
    Settings,
    open_session,
)
from pyneuronautofit.space import ParameterPath, soma_of

_ADVICE = "Use --simulator neuron for this."


@dataclass(frozen=True)
class ProbeSetup:
    """What a worker needs to know, once.

    Attributes
    ----------
    neuron
        The model, its conditions, the paths that will be set.
    places
        Voltages that will be watched: paths such as `axon(0.5).v`.
    synapse
        Settings of the synapse that is put on the cell; None: there is none.
    """

    neuron: NeuronSetup
    places: tuple[ParameterPath, ...]
    synapse: Mapping[str, float] | None


@dataclass(frozen=True)
class ReadModel:
    """Build a model and read it.

    Attributes
    ----------
    settings, beginning
        Its parameters, and the voltages that sections begin with.
    plan
        What to read, by `packed_plan`.
    """

    settings: Settings
    beginning: Settings
    plan: bytes


@dataclass(frozen=True)
class ModelImage:
    """A model as a probe needs it.

    Attributes
    ----------
    image
        Of its cell, initialised.
    watched
        The node of every place.
    watched_mV
        NEURON's voltages there, which are not the nodes' at the ends of sections.
    middles
        The node in the middle of every section that is an attribute of the cell, by its path.
    """

    image: CellImage
    watched: tuple[int, ...]
    watched_mV: tuple[float, ...]
    middles: Mapping[str, int]

    @property
    def signature(self) -> Signature:
        """Of its cell."""
        return self.image.signature


Answer = ModelImage | Signature | PyNeuronAutofitError


def make_probe_reader(setup: ProbeSetup) -> ProbeReader:
    """Load the model; what `Job.make` calls in a worker.

    Raises
    ------
    ModelError
        If it cannot be loaded, or lacks a parameter, the soma or the synapse.
    """
    session = open_session(setup.neuron)
    if setup.synapse is not None:
        synapse.require_mechanism(session.h)
    return ProbeReader(session, setup)


class ProbeReader:
    """Reads models, each built for itself.

    Parameters
    ----------
    session
        Builds the cells.
    setup
        Of the worker.
    """

    def __init__(self, session: NeuronSession, setup: ProbeSetup) -> None:
        self._session = session
        self._setup = setup

    def __call__(self, task: ReadModel) -> Answer:
        """Read a model; an error of the reading, not of the model, is returned, not raised."""
        try:
            return self._build_and_read(task)
        finally:
            self._session.clear()

    def _build_and_read(self, task: ReadModel) -> Answer:
        # What the cell class raises is the failure of this model alone.
        cell = self._build(task.settings)
        soma = soma_of(cell)(0.5)
        try:
            refuse_unsupported(cell, soma)
            settings = self._setup.synapse
            made = None if settings is None else synapse.put_synapse(neuron(), cell, settings)
            self._begin(cell, task.beginning)
            image = image_reader(task.plan).read(cell, soma)
            del made
            return _model_image(cell, image, self._setup.places)
        except LackingKindError as lacking:
            return lacking.signature
        except PyNeuronAutofitError as error:
            return error

    def _build(self, settings: Settings) -> Any:
        if self._setup.synapse is None:
            return self._session.build(settings)
        # `SynapseTest` takes cells as their class makes them.
        cell = self._session.construct()
        self._session.set_parameters(cell, settings)
        return cell

    def _begin(self, cell: Any, beginning: Settings) -> None:
        self._session.initialise(self._setup.neuron.experiment)
        if beginning:
            for path, voltage_mV in beginning:
                path.set(cell, voltage_mV)
            self._session.h.finitialize()


def _model_image(cell: Any, image: CellImage, places: tuple[ParameterPath, ...]) -> ModelImage:
    blueprint = make_blueprint(read_shape(cell, soma_of(cell)(0.5))[0])
    numbers = {section: number for number, section in enumerate(soma_of(cell).wholetree())}
    watched = [_segment_of(cell, path) for path in places]
    nodes = [_node_of(s, blueprint, numbers, path.text) for s, path in zip(watched, places)]
    middles = {
        f"{name}.v": _node_of(section(0.5), blueprint, numbers, name)
        for name, section in named_sections(cell).items()
    }
    return ModelImage(image, tuple(nodes), tuple(float(s.v) for s in watched), middles)


def _segment_of(cell: Any, path: ParameterPath) -> Any:
    owner = cell
    for step in path.steps:
        owner = getattr(owner, step.name)
        owner = owner if step.index is None else owner[step.index]
        owner = owner if step.position is None else owner(step.position)
    if path.attribute != "v" or type(owner).__name__ not in {"Segment", "Section"}:
        raise UnsupportedModel(
            f"--simulator batch watches voltages alone, not {path.text}. {_ADVICE}"
        )
    return owner(0.5) if type(owner).__name__ == "Section" else owner


def _node_of(segment: Any, blueprint: Blueprint, numbers: Mapping[Any, int], name: str) -> int:
    number = numbers.get(segment.sec)
    node = None if number is None else blueprint.node_at(number, float(segment.x))
    if node is None:
        why = "is no part of the soma's tree" if number is None else "has no voltage of its own"
        raise UnsupportedModel(f"--simulator batch: {name} {why}. {_ADVICE}")
    return node
