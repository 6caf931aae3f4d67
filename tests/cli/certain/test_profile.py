"""`profile RUN PARAMETER`: the curve, also as far as it was when it was interrupted."""

from __future__ import annotations

import contextlib
import json
import signal

import numpy as np

from pyneuronautofit.certainty import Profile, ProfilePoint
from pyneuronautofit.certainty.scales import ResidualScale
from pyneuronautofit.cli.certain import profile as module


def test_a_curve_and_a_figure(command, small_run, tmp_path):
    answer = command("profile", small_run, "soma.cm", "--points", 5, "--json", "-o", "cm.svg")
    assert answer.code == 0, answer.err
    found = json.loads(answer.out)
    assert found["parameter"] == "soma.cm"
    assert found["complete"] is True
    # The recording was computed with 1 uF/cm2, and has no noise.
    assert abs(found["best"] - 1.0) < 0.05
    assert min(point["rise"] for point in found["points"]) == 0.0
    assert len(found["points"]) >= 5
    assert "<svg" in (tmp_path / "cm.svg").read_text()


def test_what_cannot_be_scanned_is_refused(command, small_run):
    for words, said in (
        (("soma.cn",), "'soma.cn' is none of the searched parameters: did you mean soma.cm?"),
        (("cm", "--model", "3,4"), "--model 3,4: expected one evaluation, found 2"),
        (("cm", "--points", "2"), "--points 2: expected a number from 3 to 1001"),
    ):
        answer = command("profile", small_run, *words)
        assert answer.code == 2
        assert said in answer.err, answer.err


def test_ctrl_c_keeps_what_is_there(command, small_run, monkeypatch, tmp_path):
    points = tuple(ProfilePoint(v, v, 9 * v * v, np.array([v])) for v in (-1.0, 0.0, 1.0))

    def stages(*_given, **_options):
        yield Profile(
            "soma.cm",
            points,
            1,
            ResidualScale(1.0, "given"),
            (-2.0, 2.0),
            0.1,
            0.0,
            ("soma.cm",),
            False,
            7,
        )
        signal.raise_signal(signal.SIGINT)

    monkeypatch.setattr(module, "opened_exactly", lambda *_a, **_k: contextlib.nullcontext())
    monkeypatch.setattr(module, "profile_of", stages)
    answer = command("profile", small_run, "soma.cm", "-o", "kept.png")
    assert answer.code == 130
    assert "interrupted: there would be more values" in answer.out
    assert "3 values, 7 evaluations" in answer.out
    assert (tmp_path / "kept.png").exists()
