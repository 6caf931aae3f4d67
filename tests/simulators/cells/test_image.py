"""The records that travel from the workers."""

import pickle

import numpy as np
import pytest

from pyneuronautofit.codegen.kinds import IonUse, NodeKind
from pyneuronautofit.errors import ModelError, UnsupportedModel
from pyneuronautofit.simulators.cells.image import Cable, CellImage, Signature


@pytest.mark.parametrize(
    ("style", "expected"),
    [
        # c_style, cinit, e_style, einit, eadvance
        (0, (0, 0, 0, 0, 0)),
        (8, (0, 0, 1, 0, 0)),  # a channel reads ena
        (3 + 4 + 16 + 32 + 64, (3, 1, 2, 1, 1)),  # and another one writes the concentration
        (1 + 16 + 32, (1, 0, 2, 1, 0)),
    ],
)
def test_style_of_an_ion(style, expected):
    ion = IonUse.from_style("ca", 2.0, style)
    assert (ion.name, ion.valence) == ("ca", 2.0)
    assert (ion.c_style, ion.cinit, ion.e_style, ion.einit, ion.eadvance) == expected


def make_signature():
    kind = NodeKind(("pas", "hh"), (IonUse.from_style("na", 1.0, 8),))
    return Signature((-1, 0, 1), (0, -1, 0), (kind,))


def test_equal_signatures_share_lanes():
    lanes = {make_signature(): "first"}
    assert lanes[make_signature()] == "first"


def test_an_image_can_be_sent():
    numbers = np.array([1.0, 0.0, 3.0])
    image = CellImage.of(make_signature(), Cable(numbers, numbers, numbers), numbers, numbers[:0])
    received = pickle.loads(pickle.dumps(image))
    assert received.signature == image.signature
    np.testing.assert_array_equal(received.cable.area_um2, numbers)


def test_the_user_can_mend_an_unsupported_model():
    assert issubclass(UnsupportedModel, ModelError)


POOL, OTHER, JOINT = NodeKind(("pas", "pool"), ()), NodeKind(("pas",), ()), -1


@pytest.mark.parametrize(
    ("parents", "kinds", "found"),
    [
        ((-1,), (0,), set()),
        ((-1, 0), (0, 0), {"pas", "pool"}),
        ((-1, 0), (0, 1), {"pas"}),
        ((-1, 0, 1), (0, 1, 0), {"pas"}),
        # Around a joint each is beside each; joints that follow each other are one.
        ((-1, 0, 1), (0, JOINT, 0), {"pas", "pool"}),
        ((-1, 0, 1, 1), (1, JOINT, 0, 0), {"pas", "pool"}),
        ((-1, 0, 1, 2, 1), (1, JOINT, JOINT, 0, 0), {"pas", "pool"}),
        ((-1, 0, 0), (1, 0, 0), {"pas"}),
    ],
)
def test_mechanisms_that_stand_in_neighbouring_segments(parents, kinds, found):
    assert Signature(parents, kinds, (POOL, OTHER)).neighbouring == found
