"""How the loops are compiled: late, once, and also where nothing can be kept on disk."""

import os
import pickle
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import numpy as np
from numba.core import caching

from objectives.test_modes_edges import SILENT, VOLTAGE, _suite
from pyneuronautofit._native.compiling import compiled
from pyneuronautofit.objectives import ALL_MODES

EVERY = "".join(ALL_MODES)


def _python(code, **environment):
    return subprocess.run(
        [sys.executable, "-c", code],
        env=os.environ | environment,
        capture_output=True,
        text=True,
        check=True,
    ).stdout


def test_importing_the_modes_does_not_import_numba():
    code = "import sys, pyneuronautofit.objectives; print('numba' in sys.modules)"
    assert _python(code) == "False\n"


def test_binding_a_mode_compiles_no_other():
    code = """
import sys, numpy as np
from pyneuronautofit.objectives import EvaluationSettings, bind_suite
from pyneuronautofit.recordings import Recording, StimulusWindow
recording = Recording("cell", np.zeros((2, 9)), np.zeros((2, 9)), 0.1)
bind_suite(recording, StimulusWindow(1, 2), EvaluationSettings("V")).score(np.ones((1, 2, 9)))
from pyneuronautofit.objectives._kernels.distances import mean_absolute, sum_of_squares
print(len(mean_absolute.signatures), len(sum_of_squares.signatures))
"""
    assert _python(code) == "0 1\n"


def _twice(x):
    return x + x


def test_where_no_cache_can_be_written(monkeypatch, caplog):
    # Neither beside the source nor in the user's cache.
    monkeypatch.setattr(caching.CompileResultCacheImpl, "_locator_classes", [])
    with caplog.at_level("INFO"):
        assert compiled(_twice)(21) == 42
    assert "_twice is compiled anew in every process: cannot cache function" in caplog.text


LOOP = """
from typing import NamedTuple
from pyneuronautofit._native.compiling import compiled

class Pair(NamedTuple):
    one: float
    other: float

@compiled
def summed(pair: Pair) -> float:
    return pair.one + pair.other

print(summed(Pair(1.0, 2.0)), sum(summed.stats.cache_hits.values()))
"""


def test_what_was_compiled_of_a_class_that_is_gone_is_forgotten(tmp_path):
    path = tmp_path / "loop.py"
    path.write_text(LOOP)
    run = "import loop"
    there = {"PYTHONPATH": os.pathsep.join([str(tmp_path), *sys.path])}
    assert _python(run, **there) == "3.0 0\n"
    assert _python(run, **there) == "3.0 1\n"
    path.write_text(LOOP.replace("Pair", "Two").replace("other", "another"))
    assert _python(run, **there) == "3.0 0\n"
    assert _python(run, **there) == "3.0 1\n"


def test_threads_share_a_suite():
    bound = _suite(EVERY)
    models = np.stack([SILENT, VOLTAGE, SILENT + 10])
    wanted = bound.score(models)
    with ThreadPoolExecutor(4) as pool:
        for found in pool.map(bound.score, [models] * 12):
            np.testing.assert_array_equal(found, wanted)


def test_a_pickled_suite_carries_no_compiled_code():
    assert b"numba" not in pickle.dumps(_suite(EVERY))
