"""The source distribution carries what builders need, the wheel everything that a fit needs."""

from __future__ import annotations

import email
import os
import re
import runpy
import shutil
import subprocess
import sys
import tarfile
import tomllib
import zipfile
from pathlib import Path

import pytest

from pyneuronautofit import __version__

REPOSITORY = Path(__file__).resolve().parents[1]
RECORDING = REPOSITORY / "examples" / "experimentaldata" / "TC-example.abf"
# What browsers are given, and the licences of what is not ours.
PAGES = [
    "rating/web/app.js",
    "rating/web/index.html",
    "rating/web/uPlot.iife.min.js",
    "rating/web/uPlot-LICENSE.txt",
    "report/assets/start.js",
    "report/vendor/echarts.common.min.js",
    "report/vendor/LICENSE",
    "report/vendor/LICENSE-d3",
    "report/vendor/NOTICE",
]
# Problems of the benchmark: whoever has no examples has these.
PROBLEMS = [
    "benchmarking/problems/hh/problem.toml",
    "benchmarking/problems/hh/project.txt",
    "benchmarking/problems/pyramidal/cell.swc",
    "benchmarking/problems/pyramidal/pyrna.mod",
    "benchmarking/problems/example/TC-example.abf",
]


def run(*words, cwd, python=sys.executable, env=None):
    done = subprocess.run(
        [python, *map(str, words)],
        cwd=cwd,
        env={**os.environ, **(env or {})},
        capture_output=True,
        text=True,
        check=False,
        timeout=900,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def project():
    return tomllib.loads((REPOSITORY / "pyproject.toml").read_text(encoding="utf-8"))["project"]


def described(text, source="https://example.org/x"):
    return runpy.run_path(str(REPOSITORY / "setup.py"))["described"](text, source)


def test_links_of_the_readme_are_absolute_on_a_package_index():
    made = described("![A](a.png) [b](docs/b.md#c), [d](https://d.org) [e](#e) [f](f.md) ")
    base = "https://example.org/x"
    assert made == (
        f"![A]({base}/raw/HEAD/a.png) [b]({base}/blob/HEAD/docs/b.md#c), [d](https://d.org) "
        f"[e](#e) [f]({base}/blob/HEAD/f.md) "
    )
    readme = (REPOSITORY / "README.md").read_text(encoding="utf-8")
    links = re.findall(r"\]\(([^)]+)\)", described(readme, project()["urls"]["Source"]))
    assert len(links) > 10
    assert [link for link in links if not link.startswith("https://")] == []


def test_the_licence_names_what_is_vendored():
    assert project()["license"] == "BSD-3-Clause AND Apache-2.0 AND MIT"
    vendor = REPOSITORY / "src" / "pyneuronautofit"
    assert "Apache License" in (vendor / "report/vendor/LICENSE").read_text()
    assert "MIT License" in (vendor / "rating/web/uPlot-LICENSE.txt").read_text()
    assert "Neither the name of the author" in (vendor / "report/vendor/LICENSE-d3").read_text()


def test_what_is_cited_is_this_version():
    cited = dict(re.findall(r"^([\w-]+): (.+)$", (REPOSITORY / "CITATION.cff").read_text(), re.M))
    assert cited["version"] == __version__
    assert cited["title"] == project()["name"]
    assert cited["abstract"].strip('"') == project()["description"]
    assert cited["repository-code"].strip('"') == project()["urls"]["Source"]


# It installs all that the package needs, from a package index.
@pytest.mark.timeout(1800)
@pytest.mark.nightly
def test_a_wheel_from_the_source_distribution_fits_in_an_empty_folder_elsewhere(tmp_path):
    source = tmp_path / "source"
    leave_out = shutil.ignore_patterns(".*", "out", "site", "build", "*.egg-info", "__pycache__")
    shutil.copytree(REPOSITORY, source, ignore=leave_out, symlinks=True)
    run("-m", "build", "--sdist", "--outdir", tmp_path / "dist", source, cwd=tmp_path)
    (sdist,) = (tmp_path / "dist").glob("*.tar.gz")
    with tarfile.open(sdist) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    assert {"LICENSE", "README.md", "CHANGELOG.md", "CITATION.cff", "setup.py"} <= names
    assert {name.split("/")[0] for name in names if "/" in name} == {"src"}

    environment, empty = tmp_path / "environment", tmp_path / "an empty folder"
    empty.mkdir()
    run("-m", "venv", environment, cwd=empty)
    python = environment / "bin" / "python"
    words = ("--quiet", "--disable-pip-version-check", "-c", REPOSITORY / "constraints.txt")
    wheels = tmp_path / "wheels"
    run("-m", "pip", "wheel", *words, "--no-deps", "-w", wheels, sdist, cwd=empty, python=python)
    (wheel,) = wheels.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        needed = {f"pyneuronautofit/{name}" for name in (*PAGES, *PROBLEMS)}
        assert needed <= set(archive.namelist())
        (metadata,) = (n for n in archive.namelist() if n.endswith(".dist-info/METADATA"))
        text = email.message_from_bytes(archive.read(metadata)).get_payload()
    assert "](docs/" not in text
    assert "/blob/HEAD/docs/models.md)" in text

    # With what the package says that it needs, and nothing else.
    run("-m", "pip", "install", *words, wheel, cwd=empty, python=python)
    env = {"PYTHONPATH": "", "PYNEURONAUTOFIT_CACHE": str(tmp_path / "cache")}
    code = "import pyneuronautofit as p; print(p.__file__)"
    where = run("-c", code, cwd=empty, python=python, env=env)
    assert where.startswith(str(environment))
    words = ("-A", "N", "-m", "OV", "-G", "0", "-P", "2", "-k", "[5]", "--output", ".", RECORDING)
    out = run("-m", "pyneuronautofit", *words, cwd=empty, python=python, env=env)
    assert "finished: 2 evaluations" in out
    assert len(list(empty.glob("*-final.json"))) == 1
    assert list((tmp_path / "cache").rglob("*.so")) or list((tmp_path / "cache").rglob("*.dylib"))
    (store,) = empty.glob("*.sqlite")
    run("-m", "pyneuronautofit", "report", store, cwd=empty, python=python, env=env)
    assert len(list(empty.glob("*-report.html"))) == 1
