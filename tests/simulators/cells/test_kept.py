"""A cell that is given one candidate's parameters after the other is what it was built for each."""

from __future__ import annotations

import math

import pytest

from pyneuronautofit.errors import UnsupportedModel
from pyneuronautofit.simulators.cells.image import identical
from pyneuronautofit.simulators.cells.kept import CannotKeep, KeptCell
from pyneuronautofit.space import ParameterPath
from simulators.cells.user_classes import (
    EXPERIMENT,
    PATHS,
    VALUES,
    Announced,
    KeptClass,
    Moody,
    Remembering,
    SegmentsFollow,
    Styled,
    built,
    images_of,
    session_of,
)


@pytest.fixture
def made():
    """Return a function: class of cells -> session, reader of images, kept cell."""
    kept = []

    def make(cell_class, paths=PATHS):
        session = session_of(cell_class)
        images = images_of(session)
        kept.append((session, KeptCell(session, EXPERIMENT, paths, images)))
        return session, images, kept[-1][1]

    yield make
    for session, cell in kept:
        cell.close()
        session.clear()


@pytest.mark.parametrize("cell_class", [KeptClass, Announced, Moody])
def test_to_the_last_bit_in_any_order(made, cell_class):
    session, images, kept = made(cell_class)
    own = {values: built(session, images, values) for values in VALUES}
    kept.rest()
    for values in (*VALUES, *reversed(VALUES), VALUES[0], VALUES[0]):
        assert identical(kept.read(values), own[values])


def test_what_a_candidate_leaves_alone_is_what_the_class_had_made(made):
    session, images, kept = made(KeptClass)
    left = (math.nan, math.nan, math.nan, math.nan, math.nan, math.nan, math.nan, 40.0)
    own = built(session, images, left)
    kept.rest()
    kept.read(VALUES[1])
    assert identical(kept.read(left), own)


def test_numbers_of_segments_that_follow_from_parameters_are_noticed(made):
    _session, _images, kept = made(SegmentsFollow)
    with pytest.raises(CannotKeep, match="change with the parameters"):
        kept.read(VALUES[1])


def test_how_ions_are_treated_is_looked_at(made):
    _session, _images, kept = made(Styled)
    kept.read(VALUES[0])
    with pytest.raises(CannotKeep, match="how NEURON treats ions"):
        kept.read(VALUES[2])


def test_what_a_class_remembers_shows(made):
    _session, _images, kept = made(Remembering)
    assert not identical(kept.read(VALUES[0]), kept.read(VALUES[0]))


def test_a_structure_that_is_a_parameter(made):
    with pytest.raises(CannotKeep, match=r"dend\[0\].nseg is a parameter"):
        made(KeptClass, (ParameterPath.parse("dend[0].nseg"),))


def test_what_generated_code_cannot_simulate_is_refused(made):
    class Clamped(KeptClass):
        def __init__(self, nid=0):
            from neuron import h

            super().__init__(nid)
            self.clamp = h.IClamp(self.soma[0](0.5))

    with pytest.raises(UnsupportedModel, match="IClamp"):
        made(Clamped)
