"""`report RUN --serve`: the page of a run that goes on, stopped and let go on."""

from __future__ import annotations

import json
import re
import signal
import subprocess
import sys
import time
from contextlib import closing, contextmanager

import pytest

from browser import WIDTHS, open_browser, output_folder
from pyneuronautofit.pages import PageServer
from pyneuronautofit.report import LiveSite, PageMaker, RunControl
from pyneuronautofit.report.live import watching
from pyneuronautofit.runs import RunFiles, RunLock, open_run
from report._made import make_run

from .conftest import FIT
from .pages import GENERATIONS


def until(condition, seconds=20):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.05)


class LivePage:
    """The page in a browser."""

    def __init__(self, browser, url):
        self.browser = browser
        browser.complaints()
        browser.show(url, (WIDTHS[0], 900))
        until(lambda: browser.run("return document.documentElement.dataset.ready") == "true")

    def text(self, name):
        return self.browser.run(f"return document.getElementById('live-{name}').textContent")

    def shows(self, text):
        until(lambda: text in self.text("state"))

    def go_on_to(self, goal):
        self.browser.run(
            "const g = document.getElementById('live-goal'); g.value = arguments[0];"
            "g.dispatchEvent(new Event('input'));"
            "document.querySelector('#live-go button').click()",
            str(goal),
        )

    def is_shown(self, name):
        return not self.browser.run(f"return document.getElementById('live-{name}').hidden")


@pytest.fixture(scope="module")
def browser():
    with open_browser() as opened:
        yield opened


def test_a_page_follows_its_run_and_says_what_cannot_be_done(browser, tmp_path, monkeypatch):
    monkeypatch.setattr(watching, "_LOOK_S", 0.05)
    store = make_run(tmp_path / "mine.sqlite", GENERATIONS)
    maker = PageMaker(store, None, traces=False)
    site = LiveSite(store, maker, RunControl(store, None))
    with closing(maker), PageServer(site) as server:
        maker.start()
        server.start()
        page = LivePage(browser, server.url)
        page.shows("finished: 1 of 9 generations")
        assert not page.is_shown("stop")
        assert page.is_shown("go")
        browser.run("choose(1); document.getElementById('axis-all').click()")
        row = browser.run("return D.models.row[chosen]")
        version = "return version"
        assert browser.run(version) == 1
        with RunLock(RunFiles(tmp_path, "mine").lock):
            page.shows("running: 1 of 9")
            assert page.is_shown("stop")
            until(lambda: browser.run(version) == 2)
            # What was chosen still is.
            assert browser.run("return D.models.row[chosen]") == row
            assert browser.run("return document.getElementById('axis-all').checked")
            assert "running: generation 1 of 9" in browser.run("return document.body.innerText")
            browser.run("document.getElementById('live-stop').click()")
            until(lambda: page.text("said") == "it stops after this generation")
            assert (tmp_path / "mine.stop").exists()
        page.shows("finished")
        until(lambda: browser.run(version) == 3)
        for width, dark in browser.everywhere():
            assert not browser.sticks_out(), width
            if (width, dark) in {(1400, False), (380, True)}:
                assert browser.barriers("#live") == [], (width, dark)
        browser.screenshot(output_folder(tmp_path) / "report-live.png")
        assert browser.complaints() == []
        page.go_on_to(1)
        until(lambda: "expected a larger number" in page.text("said"))
        # The browser says of itself that something was refused.
        assert all("409 (Conflict)" in said for said in browser.complaints())


@contextmanager
def serving(*words, cwd):
    """Serve the page of a run, yield process and address."""
    process = subprocess.Popen(
        [sys.executable, "-u", "-m", "pyneuronautofit", "report", "--serve", "--no-browser",
         *map(str, words)],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=cwd,
    )  # fmt: skip
    try:
        for line in process.stdout:
            address = re.search(r"for you alone: (http://127\.0\.0\.1:\d+/\S+/)$", line)
            if address:
                yield process, address[1]
                break
        else:
            pytest.fail(process.stderr.read())
    finally:
        process.kill()
        process.communicate()


@pytest.mark.nightly
def test_a_run_of_another_process_is_stopped_and_goes_on(
    browser, recording, hh_project, tmp_path, cache
):
    words = [*FIT[:-2], "-m", "OV", "-A", "N", "-G", "5000", "--project", hh_project, recording]
    fit = subprocess.Popen(
        [sys.executable, "-m", "pyneuronautofit", *map(str, words)],
        stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, cwd=tmp_path,
    )  # fmt: skip
    store = tmp_path / "run.sqlite"
    until(store.exists)
    with serving("run", "--project", hh_project, cwd=tmp_path) as (process, url):
        page = LivePage(browser, url)
        page.shows("running: ")
        until(lambda: not page.text("state").startswith("running: 0 of"))
        browser.run("document.getElementById('live-stop').click()")
        page.shows("interrupted: ")
        _out, err = fit.communicate(timeout=60)
        assert fit.returncode == 130, err
        assert not (tmp_path / "run.stop").exists()
        done = int(re.search(r": (\d+) of 5000", page.text("state"))[1])
        page.go_on_to(done + 1)
        page.shows(f"finished: {done + 1} of {done + 1} generations")
        until(lambda: "trace-0-2" in browser.run("return [...charts.keys()]"))
        until(lambda: page.is_shown("go"))
        page.go_on_to(done + 4000)
        page.shows(f" of {done + 4000} generations")
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=30)
        assert process.returncode == 0, err
        assert "Traceback" not in err
        until(lambda: "report does not answer" in page.text("said"))
        (number,) = re.findall(r"the run goes on, in process (\d+)", out)
    with open_run(str(store)) as run:
        assert run.writer.process == int(number)
        assert json.loads(json.dumps(run.sessions[-1].content))["generations"] == done + 4000
    from pyneuronautofit.runs import ask_to_stop

    ask_to_stop(RunFiles(tmp_path, "run"))
    until(lambda: not (tmp_path / "run.lock").exists())
    with open_run(str(store)) as run:
        assert [each.outcome for each in run.sessions] == ["interrupted", "finished", "interrupted"]
