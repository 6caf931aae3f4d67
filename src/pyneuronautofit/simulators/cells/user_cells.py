"""Reading the candidates of a user's class from a cell that is kept, as long as that is right.

Whether it is, nobody but the class knows; so candidates are built for themselves, too, and have to
be the same to the last bit: the first ones, where no other cell is, and then fewer and fewer.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

from pyneuronautofit.errors import PyNeuronAutofitError
from pyneuronautofit.simulators.cells.image import CellImage, identical
from pyneuronautofit.simulators.cells.kept import CannotKeep, KeptCell
from pyneuronautofit.simulators.cells.reading import CellImageReader, LackingKindError
from pyneuronautofit.simulators.experiment import Experiment
from pyneuronautofit.simulators.neuron.session import NeuronSession
from pyneuronautofit.simulators.neuron.setter import PathValues
from pyneuronautofit.space import ParameterPath

# So many candidates are built first, to see how long that takes; where the fastest of them takes
# less than so long, all are: it is what cannot be wrong.
_TIMED = 2
_WORTH_S = 0.005
# So many are built where there is no other cell, ...
_ALONE = 2
# ... the 4th, 8th, ... beside the kept one, and then one of so many.
_CHECK_EVERY = 256
# It is not worth a line that cells are built in less time.
_SLOW_S = 0.01

_DIFFERENT = (
    "a candidate whose cell was built for itself differs from what the cell class makes of one "
    "that has had other parameters before: it remembers something"
)


class UserCells:
    """Reads candidates from a kept cell.

    Parameters
    ----------
    session, experiment, paths
        As `KeptCell` takes them.
    build
        Builds a candidate's own cell, reads it, and lets it go.

    Attributes
    ----------
    note
        Why each candidate has a cell of its own from now on; "": none has.
    """

    def __init__(
        self,
        session: NeuronSession,
        experiment: Experiment,
        paths: Sequence[ParameterPath],
        build: Callable[[PathValues], object],
    ) -> None:
        self._session, self._experiment, self._paths = session, experiment, tuple(paths)
        self._build = build
        self._kept: tuple[CellImageReader, KeptCell] | None = None
        self._may_keep = True
        self._n_read = 0
        self._taken_s: list[float] = []
        self.note = ""

    def read(self, values: PathValues, images: CellImageReader) -> CellImage | None:
        """Read a candidate; None: it has to be built."""
        if self._may_keep and len(self._taken_s) < _TIMED:
            return self._built_and_timed(values)
        if not self._may_keep:
            return None
        try:
            image = self._keep(images).read(values)
        except CannotKeep as why:
            self._give_up(str(why), values)
            return None
        except LackingKindError:
            self.close()
            return None
        except Exception:  # noqa: BLE001 (whose failure it is becomes clear when it has its own cell)
            self.close()
            return None
        self._n_read += 1
        return image if self._is_right(image, values) else None

    def _built_and_timed(self, values: PathValues) -> CellImage | None:
        began = time.perf_counter()
        found = self._build(values)
        if not isinstance(found, CellImage):
            return None
        self._taken_s.append(time.perf_counter() - began)
        self._may_keep = len(self._taken_s) < _TIMED or min(self._taken_s) > _WORTH_S
        return found

    def close(self) -> None:
        """Let the cell go."""
        if self._kept is not None:
            self._kept[1].close()
            self._kept = None
        self._session.spare(())
        self._session.clear()

    def _keep(self, images: CellImageReader) -> KeptCell:
        if self._kept is None or self._kept[0] is not images:
            self.close()
            made = KeptCell(self._session, self._experiment, self._paths, images)
            self._kept = images, made
        return self._kept[1]

    def _is_right(self, image: CellImage, values: PathValues) -> bool:
        """Say whether a candidate's own cell is the same, if it is its turn to be looked at."""
        count = self._n_read
        alone = count <= _ALONE
        if not alone and count & (count - 1) and count % _CHECK_EVERY:
            return True
        if alone:
            self.close()
        own = self._build(values)
        if not isinstance(own, CellImage) or not identical(image, own):
            self._give_up(_DIFFERENT, values)
            self.note = (
                f"of {count} candidates that a process has read some may be wrong: {_DIFFERENT}. "
                "From now on every candidate's cell is built anew. Let all that setcable changes "
                "follow from the parameters alone"
            )
            return False
        if self._kept is not None:
            self._kept[1].rest()
        return True

    def _give_up(self, why: str, values: PathValues) -> None:
        self._may_keep = False
        self.close()
        began = time.monotonic()
        try:
            self._build(values)
        except PyNeuronAutofitError:
            return
        except Exception:  # noqa: BLE001 (this candidate's own failure)
            return
        seconds = time.monotonic() - began
        if seconds > _SLOW_S:
            self.note = (
                f"every candidate's cell is built anew, which takes {seconds:.2g} s: {why}. "
                "Where the class makes all sections, segments and mechanisms in __init__, and "
                "setcable changes numbers alone, it is built once"
            )
