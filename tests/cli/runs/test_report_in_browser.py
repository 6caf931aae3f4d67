"""`report RUN`: what a browser makes of the file."""

from __future__ import annotations

import json
import re
import time
from pathlib import Path

import numpy as np
import pytest

from browser import PHONE, WIDTHS, open_browser, output_folder
from pyneuronautofit.runs import open_run
from report._made import info, make_run, renamed

from .pages import GENERATIONS, NAN, read


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


@pytest.mark.nightly
def test_every_chart_is_drawn_everywhere(reported, browser, tmp_path):
    path, pictures = reported("-m", "OV", "-A", "K", "-U", "1"), output_folder(tmp_path)
    expected = {"course-O", "course-V", "course-scalar", "course-volume", "course-weights"}
    expected |= {"trace-0-0", "trace-0-1", "trace-0-2", "rate-0", "count-0", "latency-0"}
    expected |= {"scatter", "parameters"}
    show(browser, path, (WIDTHS[0], 900))
    assert check_page(browser, path) == expected
    for width, dark in browser.everywhere():
        assert not browser.sticks_out(), width
        back = browser.run("return getComputedStyle(document.body).backgroundColor")
        assert (back == "rgb(255, 255, 255)") == (not dark)
        if (width, dark) in {(1400, False), (380, True)}:
            name = f"report-{width}-{'dark' if dark else 'light'}.png"
            assert browser.screenshot(pictures / name, whole=True).stat().st_size > 50_000
            assert browser.barriers() == [], (width, dark)
    assert browser.complaints() == []
    # On paper it is white, as well, and all is there.
    assert browser.print_pdf(pictures / "report.pdf").read_bytes().startswith(b"%PDF")
    assert browser.complaints() == []


def test_choosing_a_model_shows_it_everywhere(reported, browser):
    # The initial population: models still differ.
    show(browser, reported("-m", "OV", "-A", "N", "-G", "0"))
    assert browser.run("return chosen") == 0
    before = browser.run("return charts.get('trace-0-2').chart.getOption().series.length")
    assert before == 2
    # A click on a point of the scatter: that which is farthest from the chosen one on the screen.
    place = browser.run("""
        document.getElementById('scatter').scrollIntoView();
        const here = charts.get('scatter').chart, box = here.getDom().getBoundingClientRect();
        const at = (k) => here.convertToPixel({xAxisIndex: 0, yAxisIndex: 0}, D.models.sums[k]);
        const far = (k) => Math.hypot(at(k)[0] - at(0)[0], at(k)[1] - at(0)[1]);
        const k = [...D.responses[0].models].sort((a, b) => far(b) - far(a))[0];
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
    for chart in ("trace-0-2", "rate-0"):
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


def test_long_recordings_are_thinned_and_it_is_said(reported, command, browser, monkeypatch):
    path = reported("-m", "OV", "-A", "N")
    monkeypatch.setattr("pyneuronautofit.report.findings.responses._MOST_SAMPLES", 1)
    assert command("report", "run").code == 0
    text, content = read(path)
    assert "of every 6 samples the smallest and the largest are drawn" in text
    assert content["responses"][0]["shape"][1] == 3
    show(browser, path)
    # The recording's spikes, which begin at 25 and 30 ms and are 0.5 ms wide.
    spikes = browser.run("return trace(responses[0], 0, 2).filter((p) => p[1] > 0)")
    assert {voltage for _ms, voltage in spikes} == {20}
    assert all(24.8 <= ms <= 25.8 or 29.8 <= ms <= 30.8 for ms, _voltage in spikes)
    assert {"trace-0-0", "trace-0-1", "trace-0-2", "rate-0"} <= check_page(browser, path)


def test_sweeps_zoom_together(reported, browser):
    show(browser, reported("-m", "OV", "-A", "N"))
    part = (
        "const z = charts.get(arguments[0]).chart.getOption().dataZoom[0]; return [z.start, z.end]"
    )
    browser.run(
        "charts.get('trace-0-0').chart.dispatchAction({type: 'dataZoom', start: 40, end: 60})"
    )
    for name in ("trace-0-0", "trace-0-1", "trace-0-2"):
        assert browser.run(part, name) == [40, 60]
    # Another model is shown in the same part.
    browser.run("choose(1)")
    assert browser.run(part, "trace-0-2") == [40, 60]


def test_parameters_are_copied_as_json(reported, browser, tmp_path):
    show(browser, reported("-m", "OV", "-A", "N"))
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


def test_the_table_is_sorted_by_a_click(reported, browser):
    show(browser, reported("-m", "OV", "-A", "N"))
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


def test_names_from_files_are_only_text(reported, browser):
    # A file's name cannot contain a slash; the next test does.
    name = "<script>alert(1)<script>&\"'.npz"
    path = reported("-m", "OV", "-A", "N", name=name)
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


def test_one_mode_alone_has_no_scatter(reported, browser):
    path = reported("-m", "V", "-A", "N")
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


def test_the_parameters_of_the_chosen_model_are_between_their_bounds(command, browser, tmp_path):
    units = [[[0.25, 0.5], [1.0, 0.1]]]
    make_run(tmp_path / "run.sqlite", [[[1, 1, 9], [8, 0, 1]]], units=units)
    assert command("report", "run").code == 0
    show(browser, tmp_path / "run-report.html")
    line = """
        const line = document.querySelectorAll('#model-table tbody tr')[arguments[0]];
        return [line.querySelector('[data-value]').textContent,
                line.querySelector('.mark').style.left, line.querySelector('.bound').textContent];
    """
    rows = browser.run("return D.models.row")
    browser.run("choose(arguments[0])", rows.index(0))
    assert browser.run(line, 0) == ["3", "25%", ""]
    assert browser.run(line, 1) == ["0.0001", "50%", ""]
    browser.run("choose(arguments[0])", rows.index(1))
    assert browser.run(line, 0) == ["9", "100%", "at the upper bound"]
    assert browser.run(line, 1)[1] == "10%"
    assert browser.run("return document.getElementById('model-name').textContent").startswith(
        "Evaluation 1"
    )


def test_models_that_are_far_worse_do_not_squeeze_the_others(command, browser, tmp_path):
    near = [[1 + k % 3, 0, 10 + k] for k in range(30)]
    make_run(tmp_path / "run.sqlite", [[*near, [5, 0, 90_000]]])
    assert command("report", "run").code == 0
    show(browser, tmp_path / "run-report.html")
    shown = "const a = charts.get('scatter').chart.getOption().yAxis[0]; return [a.type, a.max]"
    kind, most = browser.run(shown)
    assert (kind, most) == ("value", most)
    assert 37 <= most < 100
    note = "return document.getElementById('scatter-note').textContent"
    assert re.match(r"\d of 31 models lie outside of what is shown", browser.run(note))
    browser.run("document.getElementById('axis-all').click()")
    assert browser.run(shown)[1] > 90_000
    assert browser.run(note) == ""


def test_runs_are_compared(command, browser, tmp_path):
    for name, last in (("one", 4), ("two", 2)):
        make_run(tmp_path / f"{name}.sqlite", [[[9, 9, 90]], [[last, 1, 10]]])
    assert command("report", "one", "two").code == 0
    browser.complaints()
    show(browser, tmp_path / "comparison.html", (WIDTHS[0], 900))
    names = "return charts.get('course-1').chart.getOption().series.map((s) => [s.name, s.data])"
    assert browser.run(names) == [["A", [[1, 90], [2, 10]]], ["B", [[1, 90], [2, 10]]]]
    browser.run(
        "const s = document.getElementById('against'); s.value = 'seconds';"
        "s.dispatchEvent(new Event('change'))"
    )
    assert browser.run(names)[0] == ["A", [[2, 90], [4, 10]]]
    for width, dark in browser.everywhere():
        assert not browser.sticks_out(), width
        if (width, dark) in {(1400, False), (380, True)}:
            assert browser.barriers() == [], (width, dark)
    assert browser.complaints() == []
