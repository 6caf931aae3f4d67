"""Models rated on the page, in a real browser; `test_serving.py` has what needs none."""

from __future__ import annotations

import json
import re
import signal
import subprocess
import sys
import time
from contextlib import contextmanager

import pytest

from browser import open_browser, output_folder
from pyneuronautofit.rating import ratings_path

from .rated import NASTY, write_database

LAPTOP = (1366, 768)


@contextmanager
def serving(db, *words):
    """Serve the page, yield process and address; the process is ended at the end."""
    words = ["final-check", db, "None", "--serve", "--no-browser", *words]
    words += ["--project", db.parent / "model", "--dt", "0.1", "--simulator", "neuron"]
    process = subprocess.Popen(
        [sys.executable, "-u", "-m", "pyneuronautofit", *map(str, words)],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=db.parent,
    )  # fmt: skip
    try:
        said = ""
        for line in process.stdout:
            said += line
            address = re.search(r"for you alone: (http://127\.0\.0\.1:\d+/\S+/)$", line)
            if address:
                yield process, address[1], said
                break
        else:
            pytest.fail(process.stderr.read())
    finally:
        process.kill()
        process.communicate()


def end(process, number=signal.SIGINT):
    """End the page as Ctrl-C does; returns what it said."""
    process.send_signal(number)
    out, err = process.communicate(timeout=30)
    assert process.returncode == 0, err
    assert "Traceback" not in err
    return out


@pytest.fixture(scope="module")
def browser():
    with open_browser() as opened:
        yield opened


class Page:
    """The page in a browser, used as a person uses it."""

    def __init__(self, browser, url, **options):
        self.browser = browser
        # What the page before this one did is not this one's.
        browser.driver.get("about:blank")
        browser.complaints()
        self._n_before = len(browser.requests())
        self.driver = browser.show(url, LAPTOP, **options)
        self.url = url

    def requests(self):
        """Return what was asked for since the page was opened."""
        return self.browser.requests()[self._n_before :]

    def press(self, *keys):
        self.driver.find_element("tag name", "body").send_keys(*keys)

    def text(self, name):
        return self.browser.run(f"return document.getElementById('{name}').textContent")

    def data(self, name):
        return self.browser.run(f"return document.getElementById('panels').dataset.{name}")

    def until(self, condition):
        end = time.monotonic() + 30
        while not condition():
            assert time.monotonic() < end, self.browser.run("return document.body.innerText")
            time.sleep(0.01)

    def shows(self, place):
        """Wait until a model is drawn, or said to have failed."""
        self.until(lambda: self.data("place") == str(place))

    def says(self, name, expected):
        self.until(lambda: expected in self.text(name))

    def note(self, text, leave):
        self.press("e")
        self.driver.switch_to.active_element.send_keys(text, leave)


def kept(db, rater=None):
    """Return what the file says: id -> (verdict, note)."""
    content = json.loads(ratings_path(db, rater).read_text())
    return {each["id"]: (each["verdict"], each["note"]) for each in content["ratings"]}


def colours(browser):
    """Return how many pixels of the first panel have the colours of recording and model."""
    return browser.run("""
        const style = getComputedStyle(document.documentElement);
        const canvas = document.querySelector("canvas");
        const pixels = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data;
        return ["recorded", "model"].map((name) => {
          const hex = style.getPropertyValue("--" + name).trim();
          const [r, g, b] = [1, 3, 5].map((k) => parseInt(hex.slice(k, k + 2), 16));
          let n = 0;
          for (let k = 0; k < pixels.length; k += 4)
            n += Math.abs(pixels[k] - r) + Math.abs(pixels[k + 1] - g)
              + Math.abs(pixels[k + 2] - b) < 60;
          return n;
        });
    """)


def test_models_are_rated_the_page_is_loaded_again_and_the_accepted_are_exported(
    db, browser, tmp_path
):
    from selenium.webdriver.common.keys import Keys

    before = db.read_bytes()
    pictures = output_folder(tmp_path)
    with serving(db) as (process, url, said):
        assert "6 model(s) to rate; 0 rated so far" in said
        page = Page(browser, url)
        page.shows(0)
        assert page.text("count") == "1 of 6"
        assert page.text("heading") == f"model 10   target cell.npz   source {NASTY}"
        assert min(colours(browser)) > 100
        page.press("a")
        page.shows(1)
        assert kept(db) == {10: ("accepted", "")}
        page.press("r")
        page.shows(2)
        page.press("z")
        page.shows(1)
        assert kept(db) == {10: ("accepted", "")}
        page.press("u")
        page.shows(2)
        page.press("r")
        page.shows(3)
        page.note("odd <b>spike</b>, a r u n p", Keys.ESCAPE)
        page.press(Keys.ARROW_LEFT)
        page.shows(2)
        assert kept(db) == {
            10: ("accepted", ""),
            11: ("undecided", ""),
            12: ("rejected", ""),
            13: (None, "odd <b>spike</b>, a r u n p"),
        }
        browser.screenshot(pictures / "rating.png")
        assert browser.run("return [innerHeight, document.documentElement.scrollHeight]") == [
            LAPTOP[1],
            LAPTOP[1],
        ]

        assert browser.complaints() == []
        page = Page(browser, url, dark=True)
        page.shows(2)
        assert page.text("verdict") == "✗ rejected"
        page.press("n")
        page.shows(3)
        assert browser.run("return document.getElementById('note').value").startswith("odd <b>")
        browser.screenshot(pictures / "rating-dark.png")
        page.press("A")
        page.shows(4)
        page.says("notice", "could not be simulated: the model raised an error: ValueError: too l")
        page.press("r")
        page.shows(5)
        assert browser.run("return document.getElementById('notice').hidden")
        page.press("a")
        page.says("status", "6 of 6 rated")

        browser.driver.execute_cdp_cmd(
            "Browser.setDownloadBehavior", {"behavior": "allow", "downloadPath": str(pictures)}
        )
        page.driver.find_element("id", "export").click()
        exported = pictures / "db-accepted.json"
        page.until(exported.exists)
        assert browser.complaints() == []
        assert all(each.startswith(url) for each in page.requests())
        assert f"{url}state" in page.requests()
        assert "the ratings are in " in end(process)

        page.press("p")
        page.says("trouble", "final-check does not answer: it has been ended")
    made = json.loads(exported.read_text())
    assert [each["id"] for each in made["models"]] == [10, 13, 15]
    assert made["models"][1]["ratings"][0]["note"] == "odd <b>spike</b>, a r u n p"
    assert db.read_bytes() == before
    assert not list(tmp_path.glob("*.lock"))


def test_another_start_goes_on_and_a_blind_rater_sees_no_ids(db, browser):
    seen = []
    for number in (signal.SIGTERM, signal.SIGHUP):
        words = ("--rater", "ann", "--blind", "3") if not seen else ("--rater", "ann")
        with serving(db, *words) as (process, url, said):
            assert "shuffled and without their ids" in said
            page = Page(browser, url)
            page.shows(len(seen))
            state = browser.run("return fetch('state').then((r) => r.text())")
            assert "model 1" not in state
            assert "cell.npz" not in state
            assert NASTY[:10] not in state
            page.press("a")
            page.shows(len(seen) + 1)
            seen = list(kept(db, "ann"))
            end(process, number)
    assert len(seen) == 2
    assert seen != [10, 11]


def test_zoom(db, browser):
    from selenium.webdriver.common.action_chains import ActionChains
    from selenium.webdriver.common.keys import Keys

    with serving(db) as (_process, url, _said):
        page = Page(browser, url)
        page.shows(0)
        assert page.data("zoom") == ""
        whole = browser.run("return document.querySelector('canvas').toDataURL()")
        plots = page.driver.find_elements("css selector", ".u-over")
        assert len(plots) == 3

        def drag(by_x, by_y):
            chain = ActionChains(page.driver, duration=50).move_to_element(plots[1])
            chain.click_and_hold().move_by_offset(by_x, by_y).release().perform()

        def zoom():
            return [float(number) for number in page.data("zoom").split()]

        drag(60, 3)
        page.until(lambda: page.data("zoom"))
        x0, x1, y0, y1 = zoom()
        assert 25 < x0 < x1 < 50
        assert y1 - y0 > 80  # everything
        page.until(
            lambda: browser.run("return document.querySelector('canvas').toDataURL()") != whole
        )
        drag(-60, -40)
        page.until(lambda: zoom()[2] > y0)
        page.press("n")  # the zoom stays, to compare models
        page.shows(1)
        assert zoom()[2] > y0
        ActionChains(page.driver).double_click(plots[2]).perform()
        page.until(lambda: page.data("zoom") == "")

        def wheel(by, shift="false"):
            browser.run(f"""
                const over = document.querySelectorAll(".u-over")[1];
                const {{ left, top, width, height }} = over.getBoundingClientRect();
                over.dispatchEvent(new WheelEvent("wheel", {{
                  deltaY: {by}, shiftKey: {shift}, bubbles: true, cancelable: true,
                  clientX: left + width / 2, clientY: top + height / 2 }}));
            """)

        wheel(-100)
        page.until(lambda: page.data("zoom"))
        assert sum(zoom()[:2]) / 2 == pytest.approx(29.95, abs=0.1)
        wheel(-100, "true")
        assert zoom()[2] > y0
        for _ in range(2):
            wheel(100)
            wheel(100, "true")
        page.until(lambda: page.data("zoom") == "")
        page.press("0")

        page.driver.find_elements("css selector", ".panel > button")[1].click()
        shown = "return [...document.querySelectorAll('.panel')].filter((p) => p.offsetHeight)"
        assert browser.run(shown + ".length") == 1
        assert browser.run(shown + "[0].querySelector('canvas').clientHeight") > 500
        page.press(Keys.ESCAPE)
        assert browser.run(shown + ".length") == 3
        page.press("?")
        assert browser.run("return document.getElementById('keys').open")
        page.press("a")  # not while the keys are shown
        page.press("?")
        assert not browser.run("return document.getElementById('keys').open")
        assert page.text("status").endswith("0 of 6 rated")
        assert browser.complaints() == []


def test_keys_that_come_before_the_model_is_drawn(db, browser):
    """A verdict is not given to a model that nobody has seen; a note goes to the next one."""
    from selenium.webdriver.common.keys import Keys

    with serving(db) as (process, url, _said):
        page = Page(browser, url)
        page.shows(0)
        press = """
            for (const key of arguments[0]) document.body.dispatchEvent(
              new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true }));
        """
        browser.run(press, ["a", "a", "r", "e"])
        page.driver.switch_to.active_element.send_keys("late", Keys.ENTER)
        page.shows(1)
        page.until(lambda: len(kept(db)) == 2)
        assert kept(db) == {10: ("accepted", ""), 11: (None, "late")}
        browser.run(press, ["n", "n", "n"])
        page.shows(4)
        page.note("half", "")
        page = Page(browser, url)  # left while it is written
        page.shows(4)
        assert browser.run("return document.getElementById('note').value") == "half"
        assert kept(db)[14] == (None, "half")
        assert browser.complaints() == []
        end(process)


def test_nobody_has_to_wait_for_models_that_are_not_simulated_yet(db, browser):
    project = db.parent / "model" / "project.py"
    slow = "def setcable(self):\n        import time; time.sleep(0.5)\n"
    project.write_text(project.read_text().replace("def setcable(self):\n", slow))
    write_database(db, 14)
    with serving(db) as (process, url, _said):
        page = Page(browser, url)
        page.shows(0)
        page.press(*("n" * 12))
        page.says("count", "13 of 14")
        assert browser.run("return fetch('progress').then((r) => r.json())")["n_ready"] < 13
        early = """
            const said = document.getElementById("notice").textContent;
            if (!said.startsWith("simulating")) return false;
            document.body.dispatchEvent(new KeyboardEvent("keydown", { key: "a", bubbles: true }));
            return true;
        """
        page.until(lambda: browser.run(early))  # nobody has seen it yet
        page.shows(12)
        assert browser.run("return document.getElementById('notice').hidden")
        assert page.text("verdict") == "not rated"
        page.press("a")
        page.shows(13)
        assert kept(db) == {22: ("accepted", "")}
        assert browser.complaints() == []
        end(process)


def test_a_lost_disk_is_said_on_the_page_and_the_next_key_tries_again(db, browser):
    with serving(db) as (process, url, _said):
        page = Page(browser, url)
        page.shows(0)
        page.press("a")
        page.shows(1)
        path = ratings_path(db, None)
        path.write_text(path.read_text() + " ")
        page.press("r")
        page.says("trouble", "was changed by another program")
        assert page.text("count") == "2 of 6"
        assert kept(db) == {10: ("accepted", "")}
        path.unlink()
        page.press("r")
        page.shows(2)
        page.until(lambda: page.text("trouble") == "")
        end(process)
    assert kept(db) == {10: ("accepted", ""), 11: ("rejected", "")}


@pytest.mark.nightly
def test_it_can_be_used_on_narrow_screens(db, browser, tmp_path):
    pictures = output_folder(tmp_path)
    bottom = "return document.querySelector('footer').getBoundingClientRect().bottom <= innerHeight"
    with serving(db) as (_process, url, _said):
        page = Page(browser, url)
        page.shows(0)
        for width, dark in browser.everywhere():
            assert not browser.sticks_out(), width
            assert browser.run(bottom), width
            if (width, dark) in {(1400, False), (380, True)}:
                assert browser.barriers() == [], (width, dark)
        # A panel below another, each of a height in which something can be seen.
        tops, heights, whole = browser.run("""
            const main = document.getElementById("panels");
            const panels = [...document.querySelectorAll(".panel")];
            const boxes = panels.map((panel) => panel.getBoundingClientRect());
            const of = (name) => boxes.map((box) => box[name]);
            return [of("left"), of("height"), main.scrollHeight];
        """)
        assert len(set(tops)) == 1
        assert min(heights) >= 110
        assert whole >= sum(heights)
        # Nothing of what is known of the model is cut off.
        heading = "const h = document.getElementById('heading'); return h.scrollWidth <= {}"
        assert browser.run(heading.format("document.documentElement.clientWidth"))
        browser.screenshot(pictures / "rating-narrow.png")
        assert browser.complaints() == []
