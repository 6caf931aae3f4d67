"""Looking at a run: its state at a moment, and a report of it."""

from pyneuronautofit.report.build import write_report as write_report
from pyneuronautofit.report.facts import said as said
from pyneuronautofit.report.snapshot import Snapshot as Snapshot
from pyneuronautofit.report.snapshot import take_snapshot as take_snapshot
from pyneuronautofit.report.state import Tally as Tally
