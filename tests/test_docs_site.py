"""The documentation site: what is made of pages before Sphinx reads them (`make site`)."""

from __future__ import annotations

import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

import pyneuronautofit
from pyneuronautofit import database, errors, recordings

REPOSITORY = Path(__file__).resolve().parents[1]
DOCS = REPOSITORY / "docs"


@pytest.fixture
def site(monkeypatch):
    pytest.importorskip("sphinx", reason="needs the extra 'docs'")
    monkeypatch.syspath_prepend(str(DOCS))
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    import _site

    yield _site
    del sys.modules["_site"]


@pytest.fixture
def reference(monkeypatch):
    monkeypatch.syspath_prepend(str(DOCS))
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    import _reference

    yield _reference
    del sys.modules["_reference"]


@pytest.mark.parametrize(
    ("link", "source", "there"),
    [
        ("docs/models.md#a", "README.md", "models.md#a"),
        ("docs/images/fit.png", "README.md", "images/fit.png"),
        ("CHANGELOG.md", "README.md", "changelog.md"),
        ("../docs/first-cell.md", "examples/README.md", "first-cell.md"),
        ("../README.md", "docs/architecture.md", "index.md"),
        ("../README.md#a-real-fit", "docs/library.md", "index.md#a-real-fit"),
        ("runs.md#b", "docs/models.md", "runs.md#b"),
        ("search.md#b", "docs/models.md", "searching.md#b"),
        ("../examples/abf2_writer.py", "docs/recordings.md", "../examples/abf2_writer.py"),
        ("https://x.org/a", "README.md", "https://x.org/a"),
        ("#here", "README.md", "#here"),
    ],
)
def test_links_lead_where_they_led(site, link, source, there):
    assert site.translated(f"a [b]({link}) c", source) == f"a [b]({there}) c"


def test_a_pattern_stands_for_the_pages_that_are_there(site):
    assert site.listed("a\nfirst-*\nz\n") == "a\nfirst-cell\nz\n"
    assert site.listed("a\nno-such-page*\nz\n") == "a\nz\n"


def test_a_page_that_is_a_file_elsewhere(site):
    noted = []
    env = SimpleNamespace(doc2path=lambda page: DOCS / f"{page}.md", note_dependency=noted.append)
    content = ["Own.\n"]
    site.read_source(SimpleNamespace(env=env), "changelog", content)
    assert content[0].startswith("# Changelog")
    assert content[0].endswith("Own.\n")
    assert noted == [str(REPOSITORY / "CHANGELOG.md")]


@pytest.mark.parametrize(
    ("text", "n_fetched"),
    [
        ('<script src="https://x.org/a.js"></script>', 1),
        ('<link rel="stylesheet" href="//fonts.x.org/css">', 1),
        ("a { background: url(http://x.org/a.png) } @import 'https://x.org/b.css';", 2),
        ('<a href="https://x.org">x</a> <script src="_static/a.js"></script>', 0),
        ('<img src="data:image/png;base64,AA">', 0),
    ],
)
def test_what_a_browser_would_fetch(site, text, n_fetched):
    assert len(site.fetched_from_elsewhere(text)) == n_fetched


def test_public_names(reference):
    assert {"read_database", "Database"} <= set(reference.public_names(database))
    found = reference.public_names(recordings)
    assert {"Recording", "READERS", "read_recording"} <= set(found)
    assert not {"Path", "logging", "quoted"} & set(found)
    assert "PyNeuronAutofitError" in reference.public_names(errors)
    assert all(hasattr(recordings, name) for name in found)


def test_what_all_lists_is_public(reference, monkeypatch):
    monkeypatch.setattr(pyneuronautofit, "__all__", ["__version__"], raising=False)
    assert reference.public_names(pyneuronautofit) == ["__version__"]


def test_pages_of_the_reference(reference, tmp_path):
    (tmp_path / "old.md").touch()
    reference.write_pages(tmp_path / "new")
    reference.write_pages(tmp_path)
    assert not (tmp_path / "old.md").exists()
    page = (tmp_path / "pyneuronautofit.errors.md").read_text()
    assert ".. autoexception:: pyneuronautofit.errors.UsageError" in page
    pages = [path.read_text() for path in tmp_path.glob("*.md")]
    # Described once, under one name; elsewhere there is a link.
    described = ".. autoclass:: pyneuronautofit.models.ProjectOptions"
    assert sum(page.count(described) for page in pages) == 1
    assert "pyneuronautofit.errors" in (tmp_path / "index.md").read_text()
