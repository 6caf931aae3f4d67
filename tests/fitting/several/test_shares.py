"""What of a mask and of --hold-out concerns each recording."""

from __future__ import annotations

import pytest

from pyneuronautofit.errors import MaskError, UsageError
from pyneuronautofit.fitting.several import Share, shares_of

NAMES = ["one.abf", "two.nwb"]


@pytest.mark.parametrize(
    ("mask", "masks"),
    [
        (None, [None, None]),
        ("[1, 2]", ["[1, 2]", "[1, 2]"]),
        ("{'O': 3}", ["{'O': 3}", "{'O': 3}"]),
        ("{'one.abf': [1], 'two.nwb': {'O': (2, 3)}}", ["[1]", "{'O': (2, 3)}"]),
        ("{'two.nwb': 4}", [None, "4"]),
        ("no literal", ["no literal", "no literal"]),
    ],
)
def test_masks(mask, masks, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert [share.mask for share in shares_of(mask, None, NAMES)] == masks
    if mask:
        # The same in a file.
        (tmp_path / "mask.json").write_text(mask)
        found = [share.mask for share in shares_of("mask.json", None, NAMES)]
        assert found in (masks, ["mask.json", "mask.json"])


def test_a_mask_for_a_recording_that_is_not_there():
    with pytest.raises(MaskError, match=r"for three.abf, which is none of them; .* one.abf"):
        shares_of("{'one.abf': [1], 'three.abf': [2]}", None, NAMES)


@pytest.mark.parametrize(
    ("hold_out", "shares"),
    [
        (None, [(None, True), (None, True)]),
        ("1/3", [("1/3", True), ("1/3", True)]),
        ("two.nwb", [(None, True), (None, False)]),
        ("1,two.nwb,3:5", [("1,3:5", True), (None, False)]),
    ],
)
def test_what_is_held_out(hold_out, shares):
    found = shares_of(None, hold_out, NAMES)
    assert found == [Share(None, sweeps, fitted) for sweeps, fitted in shares]


def test_something_has_to_be_fitted():
    with pytest.raises(UsageError, match="every recording is held out"):
        shares_of(None, "two.nwb,one.abf", NAMES)
