"""Files that the documentation names, and pages that it links to, are there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[1]
PACKAGE = REPOSITORY / "src" / "pyneuronautofit"
PAGES = sorted(
    [
        *(REPOSITORY / "docs").glob("*.md"),
        *REPOSITORY.glob("*.md"),
        *(REPOSITORY / "examples").glob("*.md"),
    ]
)
# The first folder of a path that must exist; others are the user's, as in `../recordings/cell.abf`.
ROOTS = {
    path.name
    for folder in (REPOSITORY, PACKAGE)
    for path in folder.iterdir()
    if path.is_dir() and not path.name.startswith((".", "__"))
} - {"out", "build", "dist"}
_PATH = re.compile(r"(?<![\w./*-])((?:[\w.*-]+/)+[\w.*-]*)")
_FILE = re.compile(r"(?<![\w./*-])([\w*-]+\.(?:py|hpp|toml))\b")
_FENCED = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
_CODE = re.compile(r"`[^`\n]+`")
# What the project's files end in; others are the user's, as in `runs/run1.sqlite`.
_ENDS = ("", ".abf", ".hpp", ".js", ".json", ".md", ".mod", ".png", ".py", ".toml")
# What a user's run leaves, and files of the user's own: plug-ins, run files.
_WRITTEN = {
    "STAMP-model_0007.py",
    "FILE.py",
    "train_npe.py",
    "run.py",
    "latency.py",
    "deepest.py",
    "walk.py",
    "amplifier.py",
    "test_mine.py",
    "mine.py",
    "cell.toml",
    "joint.toml",
    "mine.toml",
    "FILE.toml",
    "second.toml",
    "steps.toml",
}
_LINK = re.compile(r"\]\((?!https?:|#|\*)([^)#\s]+)")


def paths(text):
    """Return the paths within the project that a text names."""
    # A name may be the end of a sentence; an address is no path.
    found = (name.rstrip(".") for name in _PATH.findall(re.sub(r"https?://\S+", "", text)))
    return [n for n in found if n.split("/")[0] in ROOTS and Path(n).suffix in _ENDS]


def files(text):
    """Return the names of source files that a text has without a folder."""
    return [name for name in _FILE.findall(text) if name not in _WRITTEN]


def is_there(name):
    """Say whether a path exists in the repository or in the package; `*` stands for anything."""
    return any(any(folder.glob(name.rstrip("/"))) for folder in (REPOSITORY, PACKAGE))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(REPOSITORY)))
def test_what_a_page_names_is_there(page):
    text = page.read_text()
    assert [name for name in paths(text) if not is_there(name)] == []
    sources = {path.name for folder in ("src", "tests", "docs") for path in _files(folder)}
    sources |= {path.name for folder in ("benchmarks", "examples") for path in _files(folder)}
    sources |= {path.name for path in REPOSITORY.iterdir()}
    unknown = [name for name in files(text) if not any(Path(s).match(name) for s in sources)]
    assert unknown == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(REPOSITORY)))
def test_what_a_page_links_to_is_there(page):
    links = _LINK.findall(_CODE.sub("", _FENCED.sub("", page.read_text())))
    assert [link for link in links if not (page.parent / link).exists()] == []


def test_what_a_path_is():
    assert paths(
        "see `runs/store/` and tests/fitting/test_best.py. Not ../data/a.abf, mods/x.mod."
    ) == [
        "runs/store/",
        "tests/fitting/test_best.py",
    ]
    assert paths("https://example.org/tests/none.py and `codegen/*.py`") == ["codegen/*.py"]
    assert files("`execute.py` or `probe*.py`, not docs/make_pages.py") == [
        "execute.py",
        "probe*.py",
    ]
    assert is_there("codegen/runtime/*.hpp")
    assert is_there("docs/architecture.md")
    assert not is_there("simulators/batch/program.py")


def _files(folder):
    return (path for path in (REPOSITORY / folder).rglob("*.*") if path.is_file())
