"""What is asked of a fresh Python: its answer, its errors, and its end without either."""

from __future__ import annotations

import json
import os

import pytest

from pyneuronautofit.errors import ModelError
from pyneuronautofit.models import _asking
from pyneuronautofit.models._asking import ask, ending, reply


@pytest.fixture
def asked(tmp_path, monkeypatch):
    """Asks a module whose function `find` has this body."""
    monkeypatch.syspath_prepend(tmp_path)

    def run(body, *words, limit_s=60.0, **options):
        (tmp_path / "asked_here.py").write_text(
            "import os, sys, threading, time\n"
            "from pathlib import Path\n"
            "from pyneuronautofit.errors import ModelError\n"
            "from pyneuronautofit.models._asking import reply\n"
            f"def find(words):\n    {body}\n"
            "def answer(words):\n"
            "    reply(Path(words[0]), lambda: find(words[1:]), 'while it was asked')\n"
        )
        return ask("asked_here", words, limit_s, **options)

    return run


def test_an_answer_is_what_was_found(asked, tmp_path, monkeypatch):
    monkeypatch.setenv("LEFT_OUT", "1")
    body = "print('hello'); return [words, os.getcwd(), os.environ.get('LEFT_OUT'), 0.1, 1e300]"
    found, done = asked(body, "a b", "é", folder=tmp_path, without=["LEFT_OUT", "NOT_THERE"])
    assert found == [["a b", "é"], str(tmp_path), None, 0.1, 1e300]
    assert done.output == "hello\n"
    assert asked("return os.environ.get('LEFT_OUT')")[0] == "1"


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ("raise ModelError('in words')", r"^in words$"),
        ("raise ModelError('x' * 50_000_000)", r"^x+\.\.\.x+ \(50000000 characters\)$"),
        ("raise KeyError('k')", "^while it was asked: KeyError: 'k'$"),
        ("raise GeneratorExit", "^while it was asked: GeneratorExit: no message$"),
        ("raise KeyboardInterrupt", "^while it was asked: KeyboardInterrupt: no message$"),
        ("sys.exit()", "^while it was asked: SystemExit: no message$"),
        ("raise type('Own', (BaseException,), {})(3)", "^while it was asked: Own: 3$"),
    ],
)
def test_what_is_raised_there_is_an_error_here(asked, body, message):
    with pytest.raises(ModelError, match=message) as caught:
        asked(body)
    assert len(str(caught.value)) < 5000


@pytest.mark.parametrize(
    ("body", "how"),
    [
        ("print('on its way', flush=True); os._exit(0)", "exit code 0; it printed: on its way"),
        ("os.abort()", "signal 6"),
        (r"os.write(1, b'\x1b[2J' + b'x' * 1000); os._exit(3)", "exit code 3; it printed: xx"),
    ],
)
def test_an_end_without_an_answer_is_told(asked, body, how):
    found, done = asked(body)
    assert found is None
    assert ending(done).startswith(how)
    assert len(ending(done)) < 500


def test_what_hangs_is_given_up(asked):
    found, done = asked("time.sleep(1000)", limit_s=1.0)
    assert found is None
    assert done.late


def test_threads_that_hang_are_not_waited_for(asked):
    body = "threading.Thread(target=time.sleep, args=(1000,)).start(); return 'there'"
    assert asked(body)[0] == "there"


def test_an_answer_comes_whole_or_not_at_all(tmp_path, monkeypatch):
    left = []
    monkeypatch.setattr(_asking.os, "_exit", left.append)
    file = tmp_path / "answer.json"
    reply(file, lambda: {"a": 1}, "")
    assert json.loads(file.read_bytes()) == {"answer": {"a": 1}}
    assert left == [0]
    assert os.listdir(tmp_path) == ["answer.json"]
