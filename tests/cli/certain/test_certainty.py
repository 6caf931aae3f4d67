"""`certainty RUN`: the table, the JSON and the figure of a run."""

from __future__ import annotations

import json


def test_a_table_and_a_figure(command, small_run, tmp_path):
    answer = command("certainty", small_run, "-o", "certain.png", "-n", 1)
    assert answer.code == 0, answer.err
    assert "soma(0.5).pas.g" in answer.out
    assert "what the data leave open, the sloppiest first:" in answer.out
    assert "scale " in answer.out
    assert (tmp_path / "certain.png").read_bytes().startswith(b"\x89PNG")


def test_json_of_chosen_models_and_a_given_scale(command, small_run):
    answer = command("certainty", small_run, "--models", "3,5", "--scale", "0.5", "--json")
    assert answer.code == 0, answer.err
    found = json.loads(answer.out)
    assert found["models"] == [3, 5]
    assert found["scale"]["variance"] == 0.5
    assert [each["name"] for each in found["parameters"]] == ["soma(0.5).pas.g", "soma.cm"]


def test_what_cannot_be_asked_is_refused(command, small_run):
    for words, said in (
        (("--scale", "lots"), "--scale lots: expected misfit (what the models miss), noise"),
        (("--models", "99"), "has the evaluations 0 to 59"),
        (("-o", "figure.xyz"), "figure.xyz"),
        (("-o", str(small_run)), "so that it is not lost"),
    ):
        answer = command("certainty", small_run, *words)
        assert answer.code == 2
        assert said in answer.err, answer.err
