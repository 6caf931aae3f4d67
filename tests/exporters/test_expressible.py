"""What engines without .mod files refuse."""

from __future__ import annotations

from dataclasses import replace

import pytest

from pyneuronautofit.errors import UsageError
from pyneuronautofit.exporters.expressible import (
    refuse_channels,
    refuse_joints,
    refuse_other_temperature,
)


def changed(export, number, **words):
    sections = list(export.cell.sections)
    sections[number] = replace(sections[number], **words)
    return replace(export, cell=replace(export.cell, sections=tuple(sections)))


def test_hh_and_pas_joined_at_ends_is_refused_by_nobody(branched):
    refuse_channels(branched, "jaxley")
    refuse_other_temperature(branched, "jaxley")
    refuse_joints(branched, "jaxley", (1.0,))


def test_the_channel_is_named(branched):
    other = changed(branched, 2, mechanisms={"pas": {}, "kdr": {}})
    with pytest.raises(UsageError, match=r"--as jaxley: the model has the channel\(s\) kdr, which"):
        refuse_channels(other, "jaxley")


def test_the_temperature_counts_for_hh_alone(branched):
    protocol = branched.protocol
    warm = replace(protocol, experiment=replace(protocol.experiment, temperature_degC=20.0))
    with pytest.raises(UsageError, match=r"fitted at 20 degC, and the channels hh .* 6.3 degC"):
        refuse_other_temperature(replace(branched, protocol=warm), "jaxley")
    passive = changed(branched, 0, mechanisms={"pas": {}})
    refuse_other_temperature(replace(passive, protocol=warm), "jaxley")


def test_the_joint_is_named(branched):
    other = changed(branched, 1, parent_x=0.5)
    with pytest.raises(UsageError, match=r"dend\[0\]\(0\) is joined to soma\(0.5\)"):
        refuse_joints(other, "jaxley", (1.0,))
    refuse_joints(other, "another", (0.5, 1.0))
    with pytest.raises(UsageError, match=r"dend\[1\]\(1\) is joined to dend\[0\]\(1\)"):
        refuse_joints(changed(branched, 2, own_x=1.0), "jaxley", (1.0,))
