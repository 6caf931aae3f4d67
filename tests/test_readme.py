"""The README's program runs as it is printed."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[1]


def test_the_program_of_the_readme_runs(tmp_path):
    text = (REPOSITORY / "README.md").read_text()
    (program,) = re.findall(r"```python\n(.*?)```", text, re.DOTALL)
    assert len([line for line in program.splitlines() if line.strip()]) <= 15
    quick = program.replace("evaluations=400", "evaluations=80")
    assert quick != program
    # What it writes is nobody's.
    (tmp_path / "examples").symlink_to(REPOSITORY / "examples")
    done = subprocess.run(
        [sys.executable, "-c", quick],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr
    best = r"^compromise \(evaluation \d+\): O [\d.]+ spikes, V [\d.]+ mV"
    assert re.search(best, done.stdout, re.MULTILINE)
    (report,) = (tmp_path / "out").glob("*-report.html")
    assert done.stdout.splitlines()[-1].endswith(report.name)
