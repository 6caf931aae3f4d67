"""What web pages of this package share: templates, and a server for one person."""

from pyneuronautofit.pages.answers import PageAnswer as PageAnswer
from pyneuronautofit.pages.answers import asked_object as asked_object
from pyneuronautofit.pages.answers import json_answer as json_answer
from pyneuronautofit.pages.answers import refuse as refuse
from pyneuronautofit.pages.server import PageServer as PageServer
from pyneuronautofit.pages.server import Site as Site
from pyneuronautofit.pages.templates import asset as asset
from pyneuronautofit.pages.templates import script_digest as script_digest
from pyneuronautofit.pages.templates import scripts_of as scripts_of
from pyneuronautofit.pages.templates import templates_of as templates_of
