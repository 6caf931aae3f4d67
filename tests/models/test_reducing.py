"""A project's downsampler, however it behaves while it is called."""

from __future__ import annotations

import gc
import os
import sys

import numpy as np
import pytest

from pyneuronautofit.errors import ModelError
from pyneuronautofit.models import _reducing, load_model

from .conftest import PROJECT


@pytest.fixture
def downsampler(project_folder, tmp_path):
    """Returns the downsampler of a project whose function has this text."""

    def load(text, before=""):
        lines = "".join(f"    {line}\n" for line in text.splitlines())
        folder = project_folder("pas", f"{PROJECT}\n{before}\ndef downsampler(what):\n{lines}")
        return load_model(folder, tmp_path).downsampler

    return load


def test_steps_and_traces(downsampler):
    reduce = downsampler("return 2 * what if isinstance(what, float) else what[::2]")
    assert reduce.__name__ == "downsampler"
    assert reduce(0.1) == 0.2
    trace = np.arange(100_001.0)
    np.testing.assert_array_equal(reduce(trace), trace[::2])
    assert reduce(trace).dtype == np.float64
    assert "_pyneuronautofit_project" not in sys.modules, "it runs elsewhere"


def test_it_may_have_a_memory_and_print(downsampler):
    text = "seen.append(what)\nprint('x' * 100_000)\nreturn len(seen)"
    reduce = downsampler(text, "seen = []")
    assert [reduce(0.1) for _ in range(5)] == [1, 2, 3, 4, 5]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("import os; os._exit(0)", r"it ended the process that called it \(exit code 0\)"),
        ("print('bye', flush=True); import os; os._exit(7)", r"exit code 7; it printed: bye\)"),
        ("from neuron import h; h.quit()", r"it ended the process .*exit code 0"),
        ("import os; os.abort()", r"signal 6\)"),
        ("import sys; sys.exit(3)", r"^SystemExit: 3$"),
        ("raise KeyboardInterrupt", r"^KeyboardInterrupt: no message$"),
        ("raise ValueError('x' * 50_000_000)", r"^ValueError: x+\.\.\.x+ \(50000000 char"),
        ("return object()", r"^TypeError: "),
    ],
)
def test_whatever_it_does_is_a_message(downsampler, text, message):
    reduce = downsampler(text)
    for what in (0.1, np.zeros(10)):
        with pytest.raises(ModelError, match=message) as caught:
            reduce(what)
        assert len(str(caught.value)) < 5000


def test_what_ends_its_process_only_when_it_is_loaded_again(downsampler, tmp_path):
    """Whoever asked what the file declares has loaded it already."""
    mark = tmp_path / "loaded"
    before = f"import os\nif os.path.exists({str(mark)!r}): os._exit(5)\nopen({str(mark)!r}, 'w')"
    with pytest.raises(ModelError, match=r"exit code 5"):
        downsampler("return what", before)(0.1)


def test_what_does_not_return_is_ended(downsampler, monkeypatch):
    monkeypatch.setattr(_reducing, "_LIMIT_S", 3.0)
    reduce = downsampler("while what: pass\nreturn 1.0")
    with pytest.raises(ModelError, match="it did not return within 3 s"):
        reduce(0.1)
    assert reduce(0.0) == 1.0, "there is a new process"


def test_its_process_ends_with_it(downsampler):
    reduce = downsampler("import os; return os.getpid()")
    number = int(reduce(0.1))
    del reduce
    gc.collect()
    with pytest.raises(ProcessLookupError):
        os.kill(number, 0)
