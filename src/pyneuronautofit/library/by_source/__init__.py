"""Definitions of a notebook or script as text, so that other processes can have them.

Nothing is pickled: what travels is the source of classes and functions, with the imports and values
that they use. It can be read, kept beside the results, and used with the command.
"""

from pyneuronautofit.library.by_source.gathering import Gathered as Gathered
from pyneuronautofit.library.by_source.gathering import gather as gather
from pyneuronautofit.library.by_source.values import literal as literal
