"""Cells of users are kept as long as that is right, and it is said why where it is not."""

from __future__ import annotations

import time

import pytest

from pyneuronautofit.simulators.cells import user_cells
from pyneuronautofit.simulators.cells.image import identical
from pyneuronautofit.simulators.cells.user_cells import UserCells
from pyneuronautofit.space import ParameterPath
from simulators.cells.user_classes import (
    EXPERIMENT,
    PATHS,
    VALUES,
    Failing,
    KeptClass,
    Moving,
    Remembering,
    SegmentsFollow,
    built,
    images_of,
    session_of,
)


@pytest.fixture(autouse=True)
def kept_at_once(monkeypatch):
    monkeypatch.setattr(user_cells, "_TIMED", 0)


@pytest.fixture
def cells():
    """Return a function: class of cells -> what reads its candidates, and who was built."""
    made = []

    def make(cell_class, seconds=0.0):
        session = session_of(cell_class)
        images = images_of(session)
        builds = []

        def build(values):
            builds.append(values)
            time.sleep(seconds)
            return built(session, images, values)

        reading = UserCells(session, EXPERIMENT, PATHS, build)
        made.append(reading)
        return reading, images, builds

    yield make
    for each in made:
        each.close()


@pytest.mark.nightly
def test_fewer_and_fewer_candidates_are_built_for_themselves(cells, monkeypatch):
    monkeypatch.setattr(user_cells, "_CHECK_EVERY", 50)
    reading, images, builds = cells(KeptClass)
    counts = []
    for number in range(110):
        assert reading.read(VALUES[number % 3], images) is not None
        counts.append(len(builds))
    checked = [n + 1 for n in range(110) if counts[n] > (counts[n - 1] if n else 0)]
    assert checked == [1, 2, 4, 8, 16, 32, 50, 64, 100]
    assert reading.note == ""


@pytest.mark.parametrize(
    ("cell_class", "why"),
    [(SegmentsFollow, "numbers of segments"), (Remembering, "follow from the parameters alone")],
)
def test_a_class_that_cannot_be_kept_is_built_and_said(cells, cell_class, why):
    reading, images, _builds = cells(cell_class, seconds=0.02)
    found = [reading.read(VALUES[number % 3], images) for number in range(5)]
    assert found[-1] is None
    assert "every candidate's cell is built anew" in reading.note
    assert why in reading.note


def test_nothing_is_said_of_cells_that_are_built_in_no_time(cells, monkeypatch):
    monkeypatch.setattr(user_cells, "_SLOW_S", 10.0)
    reading, images, _builds = cells(SegmentsFollow)
    assert reading.read(VALUES[1], images) is None
    assert reading.note == ""


@pytest.mark.parametrize(("seconds", "kept"), [(0.0, False), (0.02, True)])
def test_cells_that_are_built_in_no_time_are_not_kept(cells, monkeypatch, seconds, kept):
    monkeypatch.setattr(user_cells, "_TIMED", 2)
    monkeypatch.setattr(user_cells, "_WORTH_S", 0.0 if kept else 10.0)
    reading, images, builds = cells(KeptClass, seconds)
    found = [reading.read(VALUES[number % 3], images) for number in range(12)]
    # Two are timed, and of those that are read the 1st, 2nd, 4th and 8th are built as well.
    assert len(builds) == (6 if kept else 2)
    assert [each is not None for each in found] == [True] * 2 + [kept] * 10


def test_a_candidate_that_fails_is_left_to_its_own_cell_and_the_next_are_kept(cells):
    reading, images, _builds = cells(Failing)
    assert reading.read(VALUES[0], images) is not None
    assert reading.read(VALUES[2], images) is None
    assert reading.read(VALUES[1], images) is not None
    assert reading.note == ""


@pytest.mark.nightly
def test_a_class_that_moves_its_sections_is_right(cells):
    """What rounding makes of it shows, and it is built from then on."""
    paths = tuple(map(ParameterPath.parse, ("free.share", "dend[*](*).g_pas")))
    session = session_of(Moving)
    images = images_of(session)

    def own(values):
        return built(session, images, values, paths)

    reading = UserCells(session, EXPERIMENT, paths, own)
    for number in range(6):
        values = (0.1 * number, 1e-4)
        found = reading.read(values, images)
        reading.close()
        assert found is None or identical(found, own(values))
