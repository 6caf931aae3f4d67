"""A real browser without a screen, for the pages that this package makes.

    with open_browser() as browser:          # skips the test where there is no Chromium
        browser.show(path_or_url, PHONE)
        browser.driver.find_element(...)     # selenium's WebDriver
        assert browser.complaints() == []
        assert browser.requests() == [url]
        browser.screenshot(folder / "page.png")

It loads nothing by itself, and speaks to nobody but the page under test.
"""

from __future__ import annotations

import base64
import json
import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

#: Widths that every page has to be good at: a screen, half of one, a phone.
WIDTHS = (1400, 700, 380)
#: Width and height in CSS pixels.
DESKTOP = (1280, 900)
PHONE = (390, 844)

_NAMES = ("chromium", "chromium-browser", "google-chrome")
_AXE = """
const done = arguments[arguments.length - 1];
axe.run(arguments[0], { resultTypes: ["violations"] }).then((found) => done(found.violations.map(
  (each) => `${each.id}: ${each.nodes.map((node) => node.html.slice(0, 200)).join(" ")}`)));
"""
_FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
)


@dataclass
class Browser:
    """A running browser.

    Attributes
    ----------
    driver
        Selenium's driver.
    """

    driver: Any
    _requested: list[str] = field(default_factory=list)

    def show(self, page: str | Path, size: tuple[int, int] = DESKTOP, *, dark: bool = False) -> Any:
        """Load a page (URL or file) in a window of a size, and return the driver."""
        self.resize(size)
        self.scheme(dark=dark)
        self.driver.get(page if isinstance(page, str) else page.absolute().as_uri())
        return self.driver

    def resize(self, size: tuple[int, int]) -> None:
        """Give the page another size, as a phone or a desktop has it."""
        self._command(
            "Emulation.setDeviceMetricsOverride",
            width=size[0],
            height=size[1],
            deviceScaleFactor=2 if size[0] < 600 else 1,
            mobile=size[0] < 600,
        )

    def run(self, script: str, *arguments: object) -> Any:
        """Run JavaScript in the page, and return what it returns."""
        return self.driver.execute_script(script, *arguments)

    def scheme(self, *, dark: bool) -> None:
        """Let the reader's system be dark or light."""
        value = "dark" if dark else "light"
        self._command(
            "Emulation.setEmulatedMedia",
            features=[{"name": "prefers-color-scheme", "value": value}],
        )

    def everywhere(self) -> Iterator[tuple[int, bool]]:
        """Yield width and darkness, with the page as it is there."""
        for dark in (False, True):
            self.scheme(dark=dark)
            for width in WIDTHS:
                self.resize((width, 900))
                time.sleep(0.4)  # charts are drawn again
                yield width, dark

    def barriers(self, part: str = "html") -> list[str]:
        """Return what axe-core finds that keeps people from using it: contrast, keys, names.

        Parameters
        ----------
        part
            What is looked at, as CSS names it.
        """
        axe = pytest.importorskip("axe_core_python", reason="needs axe-core-python")
        self.run(Path(axe.__file__).with_name("axe.min.js").read_text(encoding="utf-8"))
        self.driver.set_script_timeout(120)
        return list(self.driver.execute_async_script(_AXE, part))

    def sticks_out(self) -> bool:
        """Tell whether the page can be moved sideways."""
        return bool(self.run("return document.documentElement.scrollWidth > innerWidth"))

    def complaints(self) -> list[str]:
        """Return the warnings and errors of the console since the last call."""
        return [
            f"{entry['level']}: {entry['message']}"
            for entry in self.driver.get_log("browser")
            if entry["level"] in ("WARNING", "SEVERE")
        ]

    def requests(self) -> list[str]:
        """Return the URLs of all requests since the browser was opened, the page's included."""
        for entry in self.driver.get_log("performance"):
            message = json.loads(entry["message"])["message"]
            if message["method"] == "Network.requestWillBeSent":
                self._requested.append(message["params"]["request"]["url"])
        # Neither blank pages nor what is contained in the page goes anywhere.
        inside = ("data:", "blob:", "about:", "chrome:")
        return [url for url in self._requested if not url.startswith(inside)]

    def screenshot(self, path: Path, *, whole: bool = False) -> Path:
        """Keep a picture of the window, or of the whole page, as PNG."""
        path.parent.mkdir(parents=True, exist_ok=True)
        answer = self._command(
            "Page.captureScreenshot", format="png", captureBeyondViewport=whole, **self._clip(whole)
        )
        path.write_bytes(base64.b64decode(answer["data"]))
        return path

    def print_pdf(self, path: Path) -> Path:
        """Keep the page as it is printed, as PDF on A4."""
        path.parent.mkdir(parents=True, exist_ok=True)
        answer = self._command(
            "Page.printToPDF", printBackground=True, paperWidth=8.27, paperHeight=11.69
        )
        path.write_bytes(base64.b64decode(answer["data"]))
        return path

    def _clip(self, whole: bool) -> dict[str, Any]:
        if not whole:
            return {}
        size = self._command("Page.getLayoutMetrics")["cssContentSize"]
        box = {"x": 0, "y": 0, "width": size["width"], "height": size["height"], "scale": 1}
        return {"clip": box}

    def _command(self, name: str, **parameters: object) -> Any:
        return self.driver.execute_cdp_cmd(name, parameters)


@contextmanager
def open_browser() -> Iterator[Browser]:
    """Start a browser with an empty profile; skip the test where there is none."""
    webdriver = pytest.importorskip("selenium.webdriver", reason="needs selenium")
    from selenium.webdriver.chrome.options import Options
    from selenium.webdriver.chrome.service import Service

    chromium = next((path for path in map(shutil.which, _NAMES) if path), None)
    driver_path = shutil.which("chromedriver")
    if chromium is None or driver_path is None:
        pytest.skip(f"needs a browser: none of {', '.join(_NAMES)}, or no chromedriver, on PATH")
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        options = Options()
        options.binary_location = chromium
        for flag in (*_FLAGS, f"--user-data-dir={profile}"):
            options.add_argument(flag)
        options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
        driver = webdriver.Chrome(options=options, service=Service(executable_path=driver_path))
        try:
            yield Browser(driver)
        finally:
            driver.quit()


def output_folder(tmp_path: Path) -> Path:
    """Return where pictures are kept: PYNEURONAUTOFIT_TEST_OUTPUT, or the test's own folder."""
    named = os.environ.get("PYNEURONAUTOFIT_TEST_OUTPUT")
    folder = Path(named) if named else tmp_path / "pictures"
    folder.mkdir(parents=True, exist_ok=True)
    return folder
