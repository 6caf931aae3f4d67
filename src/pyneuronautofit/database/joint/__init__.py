"""Joint fits of several cells, as models of one cell each."""

from pyneuronautofit.database.joint.cells import by_cell as by_cell
from pyneuronautofit.database.joint.cells import refuse_several as refuse_several
from pyneuronautofit.database.joint.parts import RunPart as RunPart
from pyneuronautofit.database.joint.parts import parts_of as parts_of
from pyneuronautofit.database.joint.starts import put_together as put_together
