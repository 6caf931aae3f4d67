"""The option --plugin."""

from __future__ import annotations

import pytest

from pyneuronautofit._options import options_of
from pyneuronautofit.cli.databases.final_check import FinalCheckConfig
from pyneuronautofit.cli.runs.export import ExportConfig
from pyneuronautofit.cli.runs.polish import PolishConfig
from pyneuronautofit.cli.runs.report import ReportConfig
from pyneuronautofit.cli.traces.compare import CompareConfig
from pyneuronautofit.cli.traces.evaluate import EvaluateConfig
from pyneuronautofit.cli.traces.simulate import SimulateConfig
from pyneuronautofit.cli.traces.sweeps import SweepsConfig
from pyneuronautofit.fitting import FitOptions

COMMANDS = [
    FitOptions, PolishConfig, ReportConfig, ExportConfig, CompareConfig, EvaluateConfig,
    SimulateConfig, SweepsConfig, FinalCheckConfig,
]  # fmt: skip


@pytest.mark.parametrize("config", COMMANDS)
def test_every_command_that_reads_modes_or_recordings_has_it(config):
    described, default = options_of(config)["plugins"]
    assert described.flags == ("--plugin",)
    assert default == ()
