"""One cell of a user's class that takes one candidate's parameters after the other.

Building a large cell, reading its morphology and inserting its channels, takes a hundred times
longer than giving it other parameters. So a cell is kept: all its numbers, its mechanisms' GLOBALs
and what it has in Python are set back to what the class had made them, a candidate's parameters are
set, `setcable` is called, and what is wanted is read, each by one call of NEURON. What the class
does for a candidate is thus done for every one.

What cannot be set back is found out: if sections, segments, mechanisms or point processes come or
go with the parameters, NEURON counts that, and if anything else is remembered, candidates that are
built for themselves differ (`worker.py` looks at some).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from pyneuronautofit._types import FloatArray
from pyneuronautofit.simulators.cells.image import CellImage
from pyneuronautofit.simulators.cells.morphology import interpolations, present_in, read_shape
from pyneuronautofit.simulators.cells.numbers import (
    Globals,
    Numbers,
    all_variables,
    beginning_mV,
)
from pyneuronautofit.simulators.cells.python_state import PythonState
from pyneuronautofit.simulators.cells.reading import (
    CellImageReader,
    Geometry,
    Recipe,
    read_geometry,
)
from pyneuronautofit.simulators.cells.supported import refuse_unsupported
from pyneuronautofit.simulators.cells.targets import Targets
from pyneuronautofit.simulators.experiment import Experiment
from pyneuronautofit.simulators.neuron.session import NEW_NODE_MV, NeuronSession
from pyneuronautofit.simulators.neuron.setter import PathValues
from pyneuronautofit.space import ParameterPath, soma_of


class CannotKeep(Exception):  # noqa: N818 - it is no error: cells are built instead
    """A cell cannot take the parameters of one candidate after the other; it says why."""


class KeptCell:
    """A cell that is kept.

    Parameters
    ----------
    session
        Builds it.
    experiment
        What is initialised.
    paths
        What candidates set.
    images
        Says what is read.

    Raises
    ------
    CannotKeep
        If a parameter is one that a cell cannot be given anew.
    LackingKindError, UnsupportedModel
        As the cells of candidates.
    """

    def __init__(
        self,
        session: NeuronSession,
        experiment: Experiment,
        paths: Sequence[ParameterPath],
        images: CellImageReader,
    ) -> None:
        self._session, self._experiment = session, experiment
        self._solver = session.h.CVode()
        before = {section.hoc_internal_name() for section in session.h.allsec()}
        self._cell = session.construct()
        self._sections = [s for s in session.h.allsec() if s.hoc_internal_name() not in before]
        session.spare(self._sections)
        soma = soma_of(self._cell)(0.5)
        refuse_unsupported(self._cell, soma)
        shape, self._points = read_shape(self._cell, soma)
        self._recipe = images.recipe(shape)
        self._present = present_in(shape.sections)
        self._interpolations = interpolations(self._present)
        named = all_variables(self._sections)
        self._variables = Numbers.of([reference for _name, reference in named])
        self._fresh = self._variables.read().copy()
        places = {name: at for at, (name, _reference) in enumerate(named)}
        self._targets = Targets(self._cell, self._sections, paths, places, session.profiles)
        if self._targets.refused:
            raise CannotKeep(self._targets.refused)
        self._ions = _ions(self._sections)
        self._global_values = Globals(self._present)
        self._python = PythonState(self._cell)
        self._styles = self._ion_styles()
        self._cable = _Cable(self._sections)
        # The end of a section may be the middle of its parent's segment, which counts.
        initial_mV = beginning_mV(shape, experiment.initial_mV)
        order = np.argsort(initial_mV != NEW_NODE_MV, kind="stable")
        self._voltages = Numbers.of([self._points[place]._ref_v for place in order.tolist()])
        self._initial_mV = initial_mV[order]
        self._read = _numbers_read(self._recipe, self._points)
        session.initialise(experiment)
        self._structure = self._solver.structure_change_count()
        self._geometry: Geometry | None = None
        self._n_diameters = self._solver.diam_change_count()

    def read(self, values: PathValues) -> CellImage:
        """Make it the cell of a candidate, and read it.

        Raises
        ------
        CannotKeep
            If its structure has changed; the cell is good for nothing then, as after any error.
        Exception
            Whatever the class's own code raises for these parameters.
        """
        self._python.set_back()
        self._global_values.set_back()
        self._cable.set_back()
        view = self._variables.view
        view[:] = self._fresh
        self._targets.write(view, values)
        self._variables.write()
        self._targets.set_others(values)
        if hasattr(self._cell, "setcable"):
            self._cell.setcable()
        self._voltages.view[:] = self._initial_mV
        self._voltages.write()
        self._session.set_conditions(self._experiment)
        self._session.h.finitialize()
        self._check_structure()
        return self._image()

    def close(self) -> None:
        """Let it go."""
        self._session.spare(())
        self._sections.clear()
        del self._cell, self._targets, self._points

    def rest(self) -> None:
        """Take note of what other cells have changed in NEURON's counts, which are for all."""
        self._session.initialise(self._experiment)
        self._structure = self._solver.structure_change_count()
        self._n_diameters = self._solver.diam_change_count()

    def _check_structure(self) -> None:
        if self._solver.structure_change_count() != self._structure:
            raise CannotKeep(
                "sections, numbers of segments, mechanisms or point processes change with the "
                "parameters"
            )
        if self._ion_styles() != self._styles:
            raise CannotKeep("how NEURON treats ions changes with the parameters")
        if interpolations(self._present) != self._interpolations:
            raise CannotKeep("what mechanisms interpolate changes with the parameters")
        n_diameters = self._solver.diam_change_count()
        if n_diameters != self._n_diameters:
            self._n_diameters = n_diameters
            self._geometry = None
            self._cable.is_bent = True

    def _ion_styles(self) -> list[int]:
        style_of = self._session.h.ion_style
        return [int(style_of(ion, sec=section)) for section, ion in self._ions]

    def _image(self) -> CellImage:
        numbers, n_node = self._read.read(), len(self._recipe.blueprint.places)
        cm, voltage_mV = numbers[: 2 * n_node].reshape(2, n_node).copy()
        if self._geometry is None:
            self._geometry = read_geometry(self._recipe.blueprint, self._points)
        own: FloatArray = numbers[2 * n_node :]
        return self._recipe.image(self._points, cm, voltage_mV, own, self._geometry)


class _Cable:
    """The lengths, diameters and resistivities that the class had made."""

    def __init__(self, sections: Sequence[Any]) -> None:
        self._lengths = [(section, section.L, section.Ra) for section in sections]
        self._segments = [segment for section in sections for segment in section]
        self._diameters = Numbers.of([segment._ref_diam for segment in self._segments])
        self._fresh_diameters = self._diameters.read().copy()
        self._has_points = any(section.n3d() for section in sections)
        # Whether any may be another one by now.
        self.is_bent = False

    def set_back(self) -> None:
        """Give back lengths, diameters and resistivities that a candidate has changed."""
        if not self.is_bent:
            return
        for section, length_um, resistivity in self._lengths:
            if length_um != section.L:
                if section.n3d():
                    raise CannotKeep("a section with a 3-D shape gets another length")
                section.L = length_um
            if section.Ra != resistivity:
                section.Ra = resistivity
        wrong = np.flatnonzero(self._diameters.read() != self._fresh_diameters)
        if len(wrong) and self._has_points:
            raise CannotKeep("a section with a 3-D shape gets another diameter")
        for place in wrong.tolist():
            self._segments[place].diam = float(self._fresh_diameters[place])
        self.is_bent = False


def _ions(sections: Sequence[Any]) -> list[tuple[Any, str]]:
    """Return the ions of every section, by their mechanisms."""
    return [
        (section, mechanism.name())
        for section in sections
        for mechanism in section(0.5)
        if mechanism.name().endswith("_ion")
    ]


def _numbers_read(recipe: Recipe, points: Sequence[Any]) -> Numbers:
    """Return the capacitance of every node, then every voltage, then what mechanisms have."""
    nodes = [points[place] for place in recipe.blueprint.places]
    own = [
        reference
        for place, reader in recipe.readers
        for reference in reader.references(points[place])
    ]
    return Numbers.of([*[node._ref_cm for node in nodes], *[node._ref_v for node in nodes], *own])
