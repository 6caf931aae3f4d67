"""What a project file declares, however it behaves while it is loaded."""

from __future__ import annotations

import logging
import sys

import pytest

from pyneuronautofit import _programs
from pyneuronautofit.errors import ModelError
from pyneuronautofit.models import _loading, load_model
from pyneuronautofit.models._loading import read_declaration

from .conftest import PROJECT


@pytest.fixture
def loaded(project_folder, tmp_path):
    """Loads a project with some text before or behind its own; nothing of it runs here."""

    def load(before="", behind=""):
        folder = project_folder("pas", f"{before}\n{PROJECT}\n{behind}\n")
        return load_model(folder, tmp_path)

    return load


def test_what_it_declares(loaded, tmp_path, caplog):
    caplog.set_level(logging.INFO)
    behind = 'param_nslh.append(["axon.L", "lin", 0.1, 1e300])\nprint("ready", flush=True)'
    model = loaded(behind=behind)
    assert "_pyneuronautofit_project" not in sys.modules, "it was loaded elsewhere"
    assert model.parameters == (
        ("soma.L", "lin", 20.0, 200.0),
        (("soma.Ra", "soma.cm"), "log", 0.5, "soma.L"),
        ("axon.L", "lin", 0.1, 1e300),
    )
    assert (model.version, model.downsampler) == ("3.06a", None)
    assert "the project file printed: ready" in caplog.text


def test_a_downsampler_is_there(loaded):
    assert loaded(behind="def downsampler(x):\n    return x * 2").downsampler(3) == 6


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("raise GeneratorExit", r"project\.py, line 1: GeneratorExit: no message \(while"),
        ("raise KeyboardInterrupt", r"project\.py: it cannot be loaded: KeyboardInterrupt"),
        ("raise MemoryError", r"project\.py: it cannot be loaded: MemoryError"),
        ("raise SystemExit(0)", r"project\.py, line 1: SystemExit: 0 \(while"),
        ("raise type('Own', (BaseException,), {})", r"project\.py, line 1: Own: no message \(whi"),
        ("raise ValueError('x' * 50_000_000)", r"line 1: ValueError: x+\.\.\.x+ \(50000000 char"),
        ("import os; os._exit(0)", r"project\.py ended the process that loaded it \(exit code 0\)"),
        ("from neuron import h; h.quit()", r"project\.py ended the process .*exit code 0"),
        ("import os; os.abort()", r"project\.py ended the process that loaded it \(signal 6\)"),
        ("input()", r"project\.py, line 1: EOFError"),
    ],
)
def test_whatever_it_does_is_a_message_with_its_name(loaded, text, message):
    with pytest.raises(ModelError, match=message) as caught:
        loaded(text)
    assert len(str(caught.value)) < 5000


def test_what_hangs_is_said_and_ended(project_folder, monkeypatch, caplog):
    caplog.set_level(logging.INFO)
    monkeypatch.setattr(_programs, "_SILENT_S", 0.5)
    monkeypatch.setattr(_loading, "_LIMIT_S", 2.0)
    path = project_folder("pas", "while True: pass") / "project.py"
    with pytest.raises(ModelError, match=rf"{path} was not loaded within 2 s: does it wait"):
        read_declaration(path, None, None)
    assert f"the project file {path} is still being loaded" in caplog.text


def test_what_ask_calls_wants_its_words():
    with pytest.raises(ValueError, match="names of two files"):
        _loading.answer(["answer.json", "", "", ""])
