"""What there is beside the built-in modes, searches and readers, and how each is named.

Everything here is about plug-ins as such. What one has to be able to do is known where its kind is
used: `objectives.custom`, `optimisers.custom`, `recordings`.
"""

from pyneuronautofit._plugins.active import KINDS as KINDS
from pyneuronautofit._plugins.active import OBJECTIVE as OBJECTIVE
from pyneuronautofit._plugins.active import READER as READER
from pyneuronautofit._plugins.active import STRATEGY as STRATEGY
from pyneuronautofit._plugins.active import added as added
from pyneuronautofit._plugins.active import explicit_plug_ins as explicit_plug_ins
from pyneuronautofit._plugins.active import find_plug_in as find_plug_in
from pyneuronautofit._plugins.active import given_plug_ins as given_plug_ins
from pyneuronautofit._plugins.active import installed_plug_ins as installed_plug_ins
from pyneuronautofit._plugins.active import plug_ins as plug_ins
from pyneuronautofit._plugins.active import usable_plug_ins as usable_plug_ins
from pyneuronautofit._plugins.active import use as use
from pyneuronautofit._plugins.active import use_from_here as use_from_here
from pyneuronautofit._plugins.asking import asked_for as asked_for
from pyneuronautofit._plugins.asking import place_of_function as place_of_function
from pyneuronautofit._plugins.codes import braced as braced
from pyneuronautofit._plugins.codes import codes_of as codes_of
from pyneuronautofit._plugins.codes import for_file_name as for_file_name
from pyneuronautofit._plugins.codes import is_code as is_code
from pyneuronautofit._plugins.codes import name_in as name_in
from pyneuronautofit._plugins.codes import split_modes as split_modes
from pyneuronautofit._plugins.files import plug_ins_of_file as plug_ins_of_file
from pyneuronautofit._plugins.options import PluginOptions as PluginOptions
from pyneuronautofit._plugins.plug_in import Kind as Kind
from pyneuronautofit._plugins.plug_in import PlugIn as PlugIn
from pyneuronautofit._plugins.plug_in import place_of as place_of
