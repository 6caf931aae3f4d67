"""Run files: the options of a command as TOML, by the long names of its flags."""

from pyneuronautofit.cli.runfile.expanding import command_of as command_of
from pyneuronautofit.cli.runfile.expanding import expanded as expanded
from pyneuronautofit.cli.runfile.keys import RunKey as RunKey
from pyneuronautofit.cli.runfile.keys import keys_of as keys_of
from pyneuronautofit.cli.runfile.options import run_file_options as run_file_options
from pyneuronautofit.cli.runfile.reading import read_run_file as read_run_file
from pyneuronautofit.cli.runfile.writing import RunFileText as RunFileText
from pyneuronautofit.cli.runfile.writing import run_file_text as run_file_text
