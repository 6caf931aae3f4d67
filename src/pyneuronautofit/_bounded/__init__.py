"""What others' files may cost: memory, the depth of what they hold, and time to wait for them.

Whoever reads a file that this program has not written itself reads it through here. A file can be
small and declare, or unpack to, more than any machine has; nothing is taken before that is known.
"""

from pyneuronautofit._bounded.content import read_bytes as read_bytes
from pyneuronautofit._bounded.content import unpacked as unpacked
from pyneuronautofit._bounded.json_ import parse_json as parse_json
from pyneuronautofit._bounded.npz import DAMAGED as DAMAGED
from pyneuronautofit._bounded.npz import read_arrays as read_arrays
from pyneuronautofit._bounded.opening import open_input as open_input
from pyneuronautofit._bounded.sizes import Allowance as Allowance
from pyneuronautofit._bounded.sizes import allowance_of as allowance_of
