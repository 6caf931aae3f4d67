"""Looking at a run: its state at a moment, and a report of it."""

from pyneuronautofit.report.build import write_report as write_report
from pyneuronautofit.report.comparison.choosing import best_of_run as best_of_run
from pyneuronautofit.report.comparison.choosing import best_stores as best_stores
from pyneuronautofit.report.comparison.page import MOST_COMPARED as MOST_COMPARED
from pyneuronautofit.report.comparison.page import write_comparison as write_comparison
from pyneuronautofit.report.findings.snapshot import Snapshot as Snapshot
from pyneuronautofit.report.findings.snapshot import about_copy as about_copy
from pyneuronautofit.report.findings.snapshot import take_snapshot as take_snapshot
from pyneuronautofit.report.findings.state import Tally as Tally
from pyneuronautofit.report.findings.state import state_of as state_of
from pyneuronautofit.report.live.control import RunControl as RunControl
from pyneuronautofit.report.live.site import LiveSite as LiveSite
from pyneuronautofit.report.live.watching import PageMaker as PageMaker
from pyneuronautofit.report.sections.facts import said as said
