"""How long `final-check --serve` lets a rater wait, in a real browser.

    python benchmarks/rating_page.py DATABASE RECORDING [N_MODEL]

The models of the database, copied with parameters up to 3 % off until there are 300, are shown over
the recording; keys are pressed, and the time is taken until the next model is on the screen.
Needs Chromium and selenium.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

from pyneuronautofit.database import read_database

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))

from browser import Browser, open_browser

_PRESS = """
const [key, place, done] = arguments;
const panels = document.getElementById("panels");
const began = performance.now();
const seen = new MutationObserver(() => {
  if (panels.dataset.place !== place) return;
  seen.disconnect();
  requestAnimationFrame(() => setTimeout(() => done(performance.now() - began), 0));
});
seen.observe(panels, { attributes: true });
document.body.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true }));
"""


def make_database(source: Path, recording: Path, folder: Path, n_model: int) -> Path:
    rng = np.random.default_rng(1)
    database = read_database(source)
    records = []
    for number in range(n_model):
        record = database.records[number % len(database.records)]
        values = {
            name: value * (1 + rng.uniform(-0.03, 0.03))
            for name, value in record["parameters"].items()
        }
        records.append({**record, "parameters": values, "target": recording.name, "id": number})
    shutil.copy(recording, folder)
    database.with_records(records).write(folder / "models.json")
    return folder / "models.json"


def press(browser: Browser, places: range) -> str:
    took = []
    for place in places:
        took.append(browser.driver.execute_async_script(_PRESS, "aru"[place % 3], str(place)))
        time.sleep(0.05)
    shown = np.percentile(took, [50, 95, 100])
    return "median {:.0f}, 95 % {:.0f}, longest {:.0f} ms".format(*shown)


def measure(browser: Browser, process: subprocess.Popen[str], began: float, n_model: int) -> None:
    for line in process.stdout or ():
        address = re.search(r"http://\S+", line)
        if address:
            break
    else:
        raise SystemExit("final-check has ended")
    print(f"address printed after {time.monotonic() - began:.1f} s")
    opened = time.monotonic()
    browser.show(address[0], (1366, 768))
    while browser.run("return document.getElementById('panels').dataset.place") is None:
        time.sleep(0.005)
    print(f"first model on the screen {time.monotonic() - opened:.1f} s after the page was opened")
    browser.driver.set_script_timeout(60)
    n_early = min(20, n_model // 3)
    print(f"next model while others are simulated: {press(browser, range(1, n_early))}")
    progress = "return fetch('progress').then((answer) => answer.json())"
    ready = -1
    while ready != (ready := browser.run(progress)["n_ready"]) or ready < 2:
        time.sleep(3)
    print(f"{ready} models simulated, {time.monotonic() - began:.0f} s after the start (+- 3 s)")
    print(f"next model afterwards: {press(browser, range(n_early, min(n_model, n_early + 100)))}")


def main() -> None:
    source, recording = map(Path, sys.argv[1:3])
    n_model = int(sys.argv[3]) if len(sys.argv) > 3 else 300
    with tempfile.TemporaryDirectory() as name, open_browser() as browser:
        path = make_database(source, recording, Path(name), n_model)
        words = ["final-check", path, "None", "--serve", "--no-browser"]
        began = time.monotonic()
        with subprocess.Popen(
            [sys.executable, "-u", "-m", "pyneuronautofit", *map(str, words)],
            stdout=subprocess.PIPE,
            text=True,
            cwd=name,
        ) as process:
            try:
                measure(browser, process, began, n_model)
                status = Path(f"/proc/{process.pid}/status").read_text()
                print("memory of the server:", re.findall(r"VmHWM:\s+(.*)", status)[0])
            finally:
                process.terminate()


if __name__ == "__main__":
    main()
