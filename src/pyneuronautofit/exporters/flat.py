"""A fitted cell as plain numbers: what is written down in the languages of other engines.

It is what NEURON has in memory once the class has made the cell and the parameters are set, so
whatever the class did is in it: no code of the model is needed any more, but its .mod files.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass

from pyneuronautofit._types import Json

#: Of one variable in the segments of a section, shape (n_segment,).
Numbers = tuple[float, ...]


@dataclass(frozen=True)
class FlatSection:
    """A section.

    Attributes
    ----------
    name
        `soma` or `dend[3]`; no two have the same.
    parent
        Position of its parent among the sections; -1: it has none.
    parent_x, own_x
        Where on the parent it is joined, and which of its own ends is.
    n_segment
        NEURON's nseg.
    length_um
        NEURON's L.
    axial_ohm_cm
        NEURON's Ra.
    points
        x, y, z, diameter in um: its 3-D points; none: its shape is its length and diameters.
    diameter_um, area_um2, cm
        Of its segments; cm in uF/cm2.
    resistance_Mohm
        NEURON's `ri` of its segments and, at the end, of its end 1.
    mechanisms
        Name -> names of RANGE parameters as hoc has them -> values; ions left out.
    ions
        Name such as `na_ion` -> NEURON's ion_style.
    concentrations
        Reversal potentials and concentrations as hoc calls them, `ena`, `nai`, `nao` -> values.
    """

    name: str
    parent: int
    parent_x: float
    own_x: float
    n_segment: int
    length_um: float
    axial_ohm_cm: float
    points: tuple[tuple[float, float, float, float], ...]
    diameter_um: Numbers
    area_um2: Numbers
    cm: Numbers
    resistance_Mohm: Numbers
    mechanisms: Mapping[str, Mapping[str, Numbers]]
    ions: Mapping[str, int]
    concentrations: Mapping[str, Numbers]

    @property
    def positions(self) -> Numbers:
        """The middles of its segments, as fractions of its length."""
        return tuple((2 * number + 1) / (2 * self.n_segment) for number in range(self.n_segment))

    @property
    def ranges(self) -> Mapping[str, Numbers]:
        """Every RANGE variable that is set, with its values; capacitances first."""
        found = {"cm": self.cm, **self.concentrations}
        for values in self.mechanisms.values():
            found |= values
        return found


@dataclass(frozen=True)
class FlatParameter:
    """Where a fitted parameter acts, if that can be said in one number.

    Attributes
    ----------
    name
        As in the project file.
    attribute
        The RANGE variable as hoc calls it, or `Ra`.
    value
        It has it in all places.
    places
        Position of a section, and of the segment in it; -1: the whole section.
    """

    name: str
    attribute: str
    value: float
    places: tuple[tuple[int, int], ...]


@dataclass(frozen=True)
class FlatCell:
    """A cell.

    Attributes
    ----------
    sections
        In NEURON's order.
    soma
        Position of the one into whose middle the current goes.
    global_values
        Name -> value of what mechanisms have once for all cells.
    fitted
        Those fitted parameters that are a number in some places, and nothing else.
    """

    sections: tuple[FlatSection, ...]
    soma: int
    global_values: Mapping[str, float]
    fitted: tuple[FlatParameter, ...] = ()

    @property
    def mechanisms(self) -> tuple[str, ...]:
        """The names of all that is inserted somewhere, ions left out."""
        return tuple(dict.fromkeys(name for each in self.sections for name in each.mechanisms))

    def as_json(self) -> dict[str, Json]:
        """Return it as JSON has it; floats keep every bit."""
        return asdict(self)
