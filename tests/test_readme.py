"""The README's program runs as it is printed."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[1]


def test_the_program_of_the_readme_runs():
    text = (REPOSITORY / "README.md").read_text()
    (program,) = re.findall(r"```python\n(.*?)```", text, re.DOTALL)
    assert len([line for line in program.splitlines() if line.strip()]) <= 15
    quick = program.replace("evaluations=400", "evaluations=80")
    assert quick != program
    done = subprocess.run(
        [sys.executable, "-c", quick],
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr
    assert re.search(r"^best V \{'O': [\d.]+, 'V': [\d.]+\}$", done.stdout, re.MULTILINE)
