"""Looking at a run: its state at a moment, and a report of it."""

from pyneuronautofit.report.build import write_report as write_report
from pyneuronautofit.report.findings.snapshot import Snapshot as Snapshot
from pyneuronautofit.report.findings.snapshot import take_snapshot as take_snapshot
from pyneuronautofit.report.findings.state import Tally as Tally
from pyneuronautofit.report.sections.facts import said as said
