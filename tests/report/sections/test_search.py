"""The head of a page, convergence, traces and spikes: texts against what they tell of."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from pyneuronautofit.report.findings.phases import Phase
from pyneuronautofit.report.findings.state import RunPace, State
from pyneuronautofit.report.findings.thinning import Thinned
from pyneuronautofit.report.findings.units import mode_value
from pyneuronautofit.report.sections.search import course, head, nothing_yet, spikes, traces
from report._content import EVIL, NAN, answered, charts, content_of, parsed, words
from report._made import info

WARNING = ".//p[@class='warning']"


def headed(content, **changed):
    return parsed(head(replace(content, **changed), "Fit of x"))


def warnings(element):
    return [words(each) for each in element.findall(WARNING)]


def test_the_head_says_how_the_run_is_doing(tmp_path):
    with content_of(tmp_path) as content:
        found = headed(content)
        lines = [words(p) for p in found.iter("p")]
    assert words(found.find(".//h1")) == "Fit of x"
    assert lines == [
        "finished: generation 1 of 9 2030-01-02 03:04 UTC",
        "5 evaluations by Krayzman; modes O (total number of spikes), V (whole voltage)",
        "mine.sqlite",
    ]


def test_before_the_first_generation(tmp_path):
    with content_of(tmp_path, [], outcome=None) as content:
        text = words(headed(content))
    assert "killed: generation 0 of 9" in text
    assert "0 evaluations by" in text
    assert "No generation is finished yet" in words(parsed(nothing_yet()))


def test_a_run_that_goes_on_says_how_long(tmp_path):
    going_on = State("running")
    with content_of(tmp_path, [[[1, 2, 3]] * 2000]) as content:
        pace = RunPace(1.0, 1.0, 10.0, 3725.0)
        text = words(headed(content, state=going_on, pace=pace))
        assert "running: generation 0 of 9" in text
        assert "2,000 evaluations by" in text
        assert "still computing: the page shows it as it was at that time, when about 1:02:05" in (
            text
        )
        text = words(headed(content, state=going_on, pace=replace(pace, left_s=NAN)))
        assert "as it was at that time." in text
        assert "were left" not in text


def test_errors_and_losses_are_warnings(tmp_path):
    with content_of(tmp_path) as content:
        assert warnings(headed(content)) == []
        content.run.losses += ["generations 0 to 3 of 9 can be read", EVIL]
        found = headed(content, state=State("stopped by an error", EVIL))
    assert warnings(found) == [
        f"It was stopped by an error: {EVIL}",
        "The store is damaged: generations 0 to 3 of 9 can be read.",
        f"The store is damaged: {EVIL}.",
    ]
    assert not list(found.iter("script"))


def test_modes_and_algorithms_of_other_versions(tmp_path):
    settings = {**info().settings, "algorithm": "N"}
    header = replace(info().header, markers=tuple("OO?"))
    about = info(mode_sizes=(("O", 2), ("?", 1)), settings=settings, header=header)
    with content_of(tmp_path, about=about) as content:
        text = words(headed(content))
    assert "by NSGA2; modes O (total number of spikes), ? (a mode of a plug-in that is not" in text


def test_charts_of_a_search_with_weights(tmp_path):
    with content_of(tmp_path, weights=[[1, 1, 1], [1, 0, 2]]) as content:
        found = parsed(course(content))
        reference = content.course.reference.tolist()
    assert charts(found) == [
        "course-O", "course-V", "course-scalar", "course-volume", "course-weights",
    ]  # fmt: skip
    notes = [words(p) for p in found.findall(".//p[@class='note']")]
    assert notes[0].startswith("Weighted fitness: under the weights of each generation")
    # The first generation has the sums (2, 9) and (8, 1).
    assert reference == [5, 5]
    assert notes[1].startswith("Hypervolume: which part of the box")
    assert notes[1].endswith(
        "The reference point is the median of the initial population: O 5 spikes, V 5 mV²."
    )


def test_charts_of_a_search_by_dominance(tmp_path):
    with content_of(tmp_path) as content:
        found = parsed(course(content))
    assert charts(found) == ["course-O", "course-V", "course-volume"]
    labels = [each.get("aria-label") for each in found.iter("div") if each.get("data-chart")]
    assert labels[0] == "total number of spikes: best and median by generation"


def test_without_a_hypervolume_it_is_not_drawn(tmp_path):
    scores = [[[0, 0, 1], [0, 0, 2]]]
    with content_of(tmp_path, scores) as content:
        found = parsed(course(content))
    assert charts(found) == ["course-O", "course-V"]
    assert not found.findall(".//p[@class='note']")


@pytest.mark.parametrize(
    ("width", "how"), [(0.0, "Hypervolume:"), (1.0, "Hypervolume (approximated):")]
)
def test_of_more_than_four_modes_the_hypervolume_is_approximated(tmp_path, width, how):
    header = replace(info().header, markers=tuple("OVTSA"), bvalues=np.ones(5))
    about = info(mode_sizes=tuple((code, 1) for code in "OVTSA"), header=header)
    # A mode in which all are 0 has no width, and is no part of the box.
    scores = np.random.default_rng(1).random((1, 6, 5)) + 1
    scores[:, :, 1] *= width
    with content_of(tmp_path, scores, about=about) as content:
        (note,) = parsed(course(content)).findall(".//p[@class='note']")
    assert words(note).startswith(how)
    corner = words(note).rpartition("population: ")[2]
    medians = [
        mode_value(code, value) for code, value in zip("OVTSA", np.median(scores[0], axis=0))
    ]
    assert corner == ", ".join(text for text in medians if " 0" not in text) + "."


def test_traces_of_models(tmp_path):
    with content_of(tmp_path, responses=answered()) as content:
        found = parsed(traces(content))
        row = content.listed.rows[1]
        drawn = parsed(spikes(content))
    text = words(found)
    assert "The recording and 2 models, simulated again for this page (by hand):" in text
    assert warnings(found) == [f"Evaluation {row} could not be simulated again: it broke"]
    assert charts(found) == ["trace-0-0", "trace-0-1"]
    panels = [each for each in found.iter("div") if each.get("data-chart")]
    assert [p.get("aria-label") for p in panels] == ["cell.abf, sweep 3", "cell.abf, sweep 5"]
    assert "thinned" not in text
    assert charts(drawn) == ["rate-0", "count-0", "latency-0"]


def test_traces_that_are_thinned_out(tmp_path):
    thinned = Thinned(np.zeros((3, 2, 4)), 7)
    responses = answered(traces=thinned, failed=())
    with content_of(tmp_path, responses=responses) as content:
        found = parsed(traces(content))
    assert "of every 7 samples the smallest and the largest are drawn" in words(found)
    assert warnings(found) == []
    assert charts(found) == ["trace-0-0", "trace-0-1"]


def test_why_there_are_no_traces(tmp_path):
    with content_of(tmp_path, responses=f"No: {EVIL}") as content:
        found = parsed(traces(content))
        assert spikes(content) == ""
    assert warnings(found) == [f"No: {EVIL}"]
    assert charts(found) == []


def test_what_went_wrong_is_only_text(tmp_path):
    responses = answered(failed=((0, EVIL),), simulator=EVIL)
    with content_of(tmp_path, responses=responses) as content:
        found = parsed(traces(content))
    assert not list(found.iter("script"))
    assert words(found).count(EVIL) == 2


def test_when_phases_began(tmp_path):
    with content_of(tmp_path) as content:
        assert "phases" not in words(parsed(course(content)))
        phases = (Phase("population", 0, 0), Phase("jumps", 12, 3456))
        found = parsed(course(replace(content, phases=phases)))
    (part,) = [each for each in found.iter("div") if each.get("id") == "phases"]
    assert [words(item) for item in part.iter("li")] == [
        "population: from generation 0 (evaluation 0) on",
        "jumps: from generation 12 (evaluation 3,456) on",
    ]
