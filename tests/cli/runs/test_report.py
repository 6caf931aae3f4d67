"""`report RUN`: the file, and what a browser makes of it."""

from __future__ import annotations

import hashlib
import json
import re
import shutil
import time
from importlib.resources import files
from pathlib import Path

import numpy as np
import pytest

from browser import DESKTOP, PHONE, open_browser, output_folder
from cli.conftest import write_recording
from pyneuronautofit.runs import RunFiles, RunLock, open_run
from report._made import info, make_run, renamed

NAN = np.nan
GENERATIONS = [[[1, 1, 9], [8, 0, 1]], [[2, 2, 4], [NAN, NAN, NAN], [3, 3, 6]]]
FIT = ("-P", "16", "--seed", "3", "--dt", "0.1", "-n", "1", "-a", "run", "-G", "6")


def read(path):
    """The text of a page without its scripts, and the data of its charts."""
    page = path.read_text(encoding="utf-8")
    content = re.search(r'<script type="application/json" id="data">(.*?)</script>', page)
    assert content
    return re.sub(r"<script.*?</script>", "", page, flags=re.DOTALL), json.loads(content[1])


@pytest.fixture
def fitted(command, recording, hh_project, tmp_path):
    """Makes a small fit and its report."""

    def run(*words, name=None):
        source = recording if name is None else recording.rename(tmp_path / name)
        answer = command(*FIT, *words, "--project", hh_project, source)
        assert answer.code == 0, answer.err
        answer = command("report", "run")
        assert answer.code == 0, answer.err
        assert answer.out.split() == [str(tmp_path / "run-report.html")]
        return tmp_path / "run-report.html"

    return run


# --- the file


def test_it_says_what_was_fitted_to_what(fitted, recording, tmp_path):
    text, content = read(fitted("-m", "OV", "-A", "K", "-U", "1"))
    digest = hashlib.sha256(recording.read_bytes()).hexdigest()
    for said in (
        "Fit of cell.npz", str(recording), digest, "project.py, version 1.2",
        "total number of spikes", "whole voltage", "finished: generation 6 of 6",
        "Krayzman, 6 generations, population 16, seed 3", "--dt 0.1", "neuron ",
        "pyneuronautofit --resume run.sqlite",
    ):  # fmt: skip
        assert said in text, said
    with open_run(tmp_path / "run.sqlite") as run:
        assert content["course"]["generation"] == list(range(7))
        assert content["course"]["evaluations"][-1] == run.n_evaluation
        weights = run.weights(6).values
        assert [w[-1] for w in content["course"]["weights"]] == pytest.approx(weights, rel=1e-3)
        # All digits of the parameters, to go on with them.
        rows = content["models"]["row"]
        assert content["models"]["parameters"] == run.evaluations(rows).parameters.tolist()
    found = content["responses"]
    assert found["count"][0] == [0, 0, 2]
    assert found["rate"][0] == pytest.approx([0, 0, 100])
    assert found["latency"][0] == [None, None, 5.0]
    assert found["current"] == [-100, 0, 100]
    assert found["shape"][1:] == [3, 600]
    assert found["bin"] == 0


def test_it_needs_nothing_but_itself(fitted):
    path = fitted("-m", "OV", "-A", "N")
    assert "default-src 'none'" in read(path)[0]
    assert not re.search(r"<(link|img|iframe)\b|\bsrc=|\burl\(", read(path)[0])
    assert path.stat().st_size < 2e6


def test_a_run_in_progress(command, tmp_path):
    make_run(tmp_path / "run.sqlite", GENERATIONS, outcome=None)
    with RunLock(RunFiles(tmp_path, "run").lock):
        assert command("report", "run").code == 0
    text, _content = read(tmp_path / "run-report.html")
    assert "running: generation 1 of 9" in text
    assert re.search(r"This run is still computing.*about 0:00:\d\d were left", text)


def test_a_recording_that_is_gone(fitted, command, recording):
    path = fitted("-m", "OV", "-A", "N")
    recording.unlink()
    answer = command("report", "run")
    assert answer.code == 0, answer.err
    text, content = read(path)
    assert "there are no traces: the recording of run is not there any more" in text
    assert content["responses"] is None
    assert content["models"]["row"]


def test_a_recording_that_is_another_one(fitted, command, recording):
    path = fitted("-m", "OV", "-A", "N")
    write_recording(recording, n_sample=500)
    assert command("report", "run").code == 0
    text, content = read(path)
    assert "there are no traces: run cannot be simulated again: " in text
    assert content["responses"] is None


def test_without_traces(command, tmp_path):
    make_run(tmp_path / "run.sqlite", GENERATIONS)
    out = tmp_path / "other.html"
    answer = command("report", "run", "--no-traces", "-o", out)
    assert answer.out.split() == [str(out)]
    assert "Traces were left out" in read(out)[0]


def test_failed_candidates_are_said(command, tmp_path):
    make_run(tmp_path / "run.sqlite", GENERATIONS)
    assert command("report", "run").code == 0
    text, _content = read(tmp_path / "run-report.html")
    assert "5 evaluations by" in text
    assert "5, 1 of them failed" in text
    assert "<td>CRASHED</td><td>the simulating process died</td><td>1</td>" in text
    assert "The last one was evaluation 3, CRASHED: signal &lt;11&gt;" in text


def test_a_run_in_which_all_failed(command, tmp_path):
    make_run(tmp_path / "run.sqlite", [[[NAN] * 3] * 2] * 2)
    assert command("report", "run").code == 0
    text, content = read(tmp_path / "run-report.html")
    assert "No candidate could be simulated" in text
    assert content["models"]["row"] == []


def test_a_run_without_a_generation(command, tmp_path):
    make_run(tmp_path / "run.sqlite", [])
    assert command("report", "run").code == 0
    text, _content = read(tmp_path / "run-report.html")
    assert "No generation is finished yet" in text
    assert "How to reproduce it" in text


def test_what_presses_on_a_bound_is_said(command, tmp_path):
    units = [[[0.5, 1.0], [0.4, 0.995]], [[0.3, 0.5], [0.2, 1.0], [0.6, 0.2]]]
    make_run(tmp_path / "run.sqlite", GENERATIONS, units=units)
    assert command("report", "run").code == 0
    text, content = read(tmp_path / "run-report.html")
    assert "<code>soma(0.5).pas.g</code>: 40 % of the models at its upper bound 0.001" not in text
    # Those that failed (the second of the last generation) do not count.
    assert "No parameter presses on a bound" in text
    assert [spread["pressing"] for spread in content["spreads"]] == [None, None]
    units[1][0][1] = 1.0
    make_run(tmp_path / "more.sqlite", GENERATIONS, units=units)
    assert command("report", "more").code == 0
    text, content = read(tmp_path / "more-report.html")
    assert "<code>soma(0.5).pas.g</code>: 50 % of the models at its upper bound 0.001" in text
    assert [spread["pressing"] for spread in content["spreads"]] == [None, "upper"]


@pytest.mark.parametrize("part", [0.5, 0.9])
def test_a_damaged_store_says_what_was_lost(command, tmp_path, part):
    path = make_run(tmp_path / "run.sqlite", np.random.default_rng(1).random((50, 30, 3)))
    whole = path.read_bytes()
    path.write_bytes(whole[: int(len(whole) * part)])
    answer = command("report", "run")
    assert answer.code == 0, answer.err
    assert "is damaged" in answer.err
    text, _content = read(tmp_path / "run-report.html")
    assert re.search(r"The store is damaged: generations 0 to \d+ of", text)


def test_a_store_of_the_first_schema(command, tmp_path):
    """It was made by hand, and does not say with what settings."""
    shutil.copy(Path(__file__).parents[2] / "runs" / "data" / "schema-1.sqlite", tmp_path)
    answer = command("report", "schema-1")
    assert answer.code == 0, answer.err
    text, content = read(tmp_path / "schema-1-report.html")
    assert "schema-1.sqlite does not say with what it was made" in text
    assert len(content["models"]["row"]) > 0
    assert command("status", "schema-1").code == 0


def test_a_store_that_is_none(command, tmp_path):
    (tmp_path / "run.sqlite").write_bytes(b"nothing")
    for words in (("report", "run"), ("report", "other"), ("report",)):
        answer = command(*words)
        assert answer.code == 2
        assert "Traceback" not in answer.err
    assert not (tmp_path / "run-report.html").exists()


def test_an_old_report_stays_where_a_new_one_cannot_be_written(command, tmp_path):
    make_run(tmp_path / "run.sqlite", GENERATIONS)
    answer = command("report", "run", "-o", tmp_path / "no" / "report.html")
    assert answer.code == 2
    assert "the folder" in answer.err
    (tmp_path / "folder").mkdir()
    answer = command("report", "run", "-o", tmp_path / "folder")
    assert answer.code == 2
    assert "cannot write" in answer.err
    assert sorted(path.name for path in tmp_path.iterdir()) == ["folder", "run.sqlite"]


def test_the_library_is_the_one_that_was_published():
    """`vendor/README.md` says where it is from."""
    folder = files("pyneuronautofit.report").joinpath("vendor")
    said = folder.joinpath("README.md").read_text(encoding="utf-8")
    digest = hashlib.sha256(folder.joinpath("echarts.common.min.js").read_bytes()).hexdigest()
    assert digest in said
    assert "Apache License" in folder.joinpath("LICENSE").read_text(encoding="utf-8")


# --- in a browser


@pytest.fixture(scope="module")
def browser():
    with open_browser() as opened:
        yield opened


def show(browser, path, *where, **how):
    browser.complaints()
    browser.show(path, *where, **how)
    for _ in range(400):
        if browser.run("return document.documentElement.dataset.ready") == "true":
            return
        time.sleep(0.05)
    raise AssertionError(f"the page is not drawn: {browser.complaints()}")


#: Name -> how many colours, or elements, a chart shows.
DRAWN = """
return [...document.querySelectorAll('[data-chart]')].map((place) => {
  const canvas = place.querySelector('canvas');
  if (!canvas) return [place.dataset.chart, place.querySelectorAll('svg path').length];
  const pen = canvas.getContext('2d');
  const colours = new Uint32Array(pen.getImageData(0, 0, canvas.width, canvas.height).data.buffer);
  return [place.dataset.chart, new Set(colours).size];
});
"""


def check_page(browser, path):
    """Every chart is drawn, nothing is complained about, nothing is fetched, nothing sticks out."""
    drawn = dict(browser.run(DRAWN))
    assert min(drawn.values()) > 5, drawn
    assert browser.complaints() == []
    requested = set(browser.requests())
    assert path.as_uri() in requested
    assert all(re.fullmatch(r"file:///.*-report\.html", url) for url in requested)
    assert browser.run("return document.documentElement.scrollWidth <= innerWidth")
    return set(drawn)


def test_every_chart_is_drawn_everywhere(fitted, browser, tmp_path):
    path, pictures = fitted("-m", "OV", "-A", "K", "-U", "1"), output_folder(tmp_path)
    expected = {"course-O", "course-V", "course-scalar", "course-volume", "course-weights"}
    expected |= {"trace-0", "trace-1", "trace-2", "rate", "count", "latency"}
    expected |= {"scatter", "parameters"}
    for name, size, dark in (("desktop", DESKTOP, False), ("phone", PHONE, False),
                             ("dark", DESKTOP, True)):  # fmt: skip
        show(browser, path, size, dark=dark)
        assert check_page(browser, path) == expected
        assert (
            browser.screenshot(pictures / f"report-{name}.png", whole=True).stat().st_size > 50_000
        )
        back = browser.run("return getComputedStyle(document.body).backgroundColor")
        assert (back == "rgb(255, 255, 255)") == (not dark)
    assert browser.run("return innerWidth") == DESKTOP[0]
    # On paper it is white, as well, and all is there.
    assert browser.print_pdf(pictures / "report.pdf").read_bytes().startswith(b"%PDF")
    assert browser.complaints() == []


def test_choosing_a_model_shows_it_everywhere(fitted, browser):
    # The initial population: models still differ.
    show(browser, fitted("-m", "OV", "-A", "N", "-G", "0"))
    assert browser.run("return chosen") == 0
    before = browser.run("return charts.get('trace-2').chart.getOption().series.length")
    assert before == 2
    # A click on a point of the scatter: that which is farthest from the chosen one on the screen.
    place = browser.run("""
        document.getElementById('scatter').scrollIntoView();
        const here = charts.get('scatter').chart, box = here.getDom().getBoundingClientRect();
        const at = (k) => here.convertToPixel({xAxisIndex: 0, yAxisIndex: 0}, D.models.sums[k]);
        const far = (k) => Math.hypot(at(k)[0] - at(0)[0], at(k)[1] - at(0)[1]);
        const k = [...D.responses.models].sort((a, b) => far(b) - far(a))[0];
        return [k, box.left + at(k)[0], box.top + at(k)[1], far(k)];
    """)
    assert place[3] > 20, "pixels between the points"
    click(browser, *place[1:3])
    chosen = browser.run("return chosen")
    sums = browser.run("return D.models.sums")
    # Several models may lie on the same point.
    assert sums[chosen] == sums[place[0]]
    browser.run("choose(arguments[0])", place[0])
    row = browser.run("return D.models.row[arguments[0]]", place[0])
    assert f"evaluation {row}" in browser.run(
        "return document.getElementById('chosen').textContent"
    )
    marked = browser.run(
        "return [...document.querySelectorAll('tr.chosen')].map(r => r.dataset.place)"
    )
    assert marked == [str(place[0])]
    names = "return charts.get(arguments[0]).chart.getOption().series.map(s => s.name)"
    for chart in ("trace-2", "rate"):
        assert browser.run(names, chart) == ["recording", "compromise", "chosen"]
    drawn = browser.run("return charts.get('scatter').chart.getOption().series.at(-1).data")
    assert [point[2] for point in drawn] == [place[0]]
    # The table's buttons do the same.
    browser.run("document.querySelector('#models-table tr[data-place=\"0\"] button').click()")
    assert browser.run("return chosen") == 0
    assert browser.complaints() == []


def click(browser, x, y):
    for kind, button in (("Moved", "none"), ("Pressed", "left"), ("Released", "left")):
        browser.driver.execute_cdp_cmd(
            "Input.dispatchMouseEvent",
            {"type": f"mouse{kind}", "x": x, "y": y, "button": button, "clickCount": 1},
        )


def test_long_recordings_are_thinned_and_it_is_said(fitted, command, browser, monkeypatch):
    path = fitted("-m", "OV", "-A", "N")
    monkeypatch.setattr("pyneuronautofit.report.findings.responses._MOST_SAMPLES", 1)
    monkeypatch.setattr("pyneuronautofit.report.findings.responses.MOST_SWEEPS", 2)
    assert command("report", "run").code == 0
    text, content = read(path)
    assert "of every 3 samples the smallest and the largest are drawn" in text
    assert "2 of 3 sweeps are drawn" in text
    assert content["responses"]["drawn"] == [0, 2]
    show(browser, path)
    # The recording's spikes, which begin at 25 and 30 ms and are 0.5 ms wide.
    spikes = browser.run("return trace(0, 1).filter((p) => p[1] > 0)")
    assert {voltage for _ms, voltage in spikes} == {20}
    assert all(25 <= ms <= 25.6 or 30 <= ms <= 30.6 for ms, _voltage in spikes)
    assert {"trace-0", "trace-1", "rate"} <= check_page(browser, path)


def test_sweeps_zoom_together(fitted, browser):
    show(browser, fitted("-m", "OV", "-A", "N"))
    part = (
        "const z = charts.get(arguments[0]).chart.getOption().dataZoom[0]; return [z.start, z.end]"
    )
    browser.run(
        "charts.get('trace-0').chart.dispatchAction({type: 'dataZoom', start: 40, end: 60})"
    )
    for name in ("trace-0", "trace-1", "trace-2"):
        assert browser.run(part, name) == [40, 60]
    # Another model is shown in the same part.
    browser.run("choose(1)")
    assert browser.run(part, "trace-2") == [40, 60]


def test_parameters_are_copied_as_json(fitted, browser, tmp_path):
    show(browser, fitted("-m", "OV", "-A", "N"))
    browser.run(
        "window.copied = [];"
        "navigator.clipboard.writeText = async (text) => { copied.push(text); };"
        "document.querySelector('button[data-copy=\"1\"]').click();"
    )
    row, text = browser.run("return [D.models.row[1], copied[0]]")
    with open_run(tmp_path / "run.sqlite") as run:
        values = run.evaluations([row]).parameters[0].tolist()
        names = [parameter[0] for parameter in run.header.parameters]
    assert json.loads(text) == dict(zip(names, values, strict=True))


def test_the_table_is_sorted_by_a_click(fitted, browser):
    show(browser, fitted("-m", "OV", "-A", "N"))
    column = (
        "return [...document.querySelectorAll('#models-table tbody tr')]"
        ".map(row => Number(row.cells[3].textContent))"
    )
    click_ = "document.querySelectorAll('#models-table th button')[3].click()"
    browser.run(click_)
    rising = browser.run(column)
    browser.run(click_)
    assert rising == sorted(rising)
    assert browser.run(column) == sorted(rising, reverse=True)


def test_names_from_files_are_only_text(fitted, browser):
    # A file's name cannot contain a slash; the next test does.
    name = "<script>alert(1)<script>&\"'.npz"
    path = fitted("-m", "OV", "-A", "N", name=name)
    show(browser, path)
    assert browser.run("return document.querySelector('h1').textContent") == f"Fit of {name}"
    assert browser.run("return document.title") == f"Fit of {name}"
    check_page(browser, path)


def test_a_name_with_a_closing_tag_is_only_text(command, browser, tmp_path):
    name = "</script><script>document.title = 'taken over'</script>.abf"
    make_run(tmp_path / "run.sqlite", GENERATIONS, about=renamed(info(), name))
    assert command("report", "run").code == 0
    show(browser, tmp_path / "run-report.html")
    assert browser.run("return document.title") == f"Fit of {name}"
    check_page(browser, tmp_path / "run-report.html")


def test_one_mode_alone_has_no_scatter(fitted, browser):
    path = fitted("-m", "V", "-A", "N")
    show(browser, path)
    assert not {"scatter", "course-volume"} & check_page(browser, path)


def test_pages_with_little_in_them_are_drawn(command, browser, tmp_path):
    cases = {
        "nothing": [],
        "failed": [[[NAN] * 3] * 2] * 2,
        "single": [[[1, 2, 3]]],
        "zeros": [np.zeros((4, 3))] * 3,
    }
    for name, generations in cases.items():
        make_run(tmp_path / f"{name}.sqlite", generations)
        assert command("report", name).code == 0
        path = Path(tmp_path / f"{name}-report.html")
        show(browser, path, PHONE)
        assert browser.complaints() == [], name
        assert browser.run("return document.documentElement.scrollWidth <= innerWidth"), name
