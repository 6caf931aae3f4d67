"""Which recording, and what of it."""

from __future__ import annotations

import pytest

from pyneuronautofit._options import options_of
from pyneuronautofit.recordings.options import RecordingOptions, channel


@pytest.mark.parametrize(
    ("text", "expected"), [("0", 0), ("12", 12), ("IN 0", "IN 0"), ("-1", "-1"), ("1.5", "1.5")]
)
def test_a_channel_is_a_number_or_a_name(text, expected):
    found = channel(text)
    assert found == expected
    assert type(found) is type(expected)


def test_both_channels_are_read_like_that():
    options = options_of(RecordingOptions)
    for name in ("voltage_channel", "current_channel"):
        assert options[name][0].parse is channel
        assert options[name][1] is None
