"""What eFEL says about traces: its own values, and nothing else."""

from __future__ import annotations

import contextlib
import importlib
import importlib.metadata
import warnings
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import numpy as np

from pyneuronautofit._text import nearest, told
from pyneuronautofit._types import FloatArray
from pyneuronautofit.errors import NotAvailableError, UsageError

#: Of these names eFEL has values that no feature of a voltage is.
_NO_FEATURES = frozenset({"time", "voltage", "current", "trace_check"})


def library() -> Any:
    """Return eFEL.

    Raises
    ------
    NotAvailableError
        If it is not installed, or cannot be loaded.
    """
    try:
        return importlib.import_module("efel")
    except ImportError as error:
        raise NotAvailableError(
            "modes such as {efel:AP_amplitude} need eFEL: install it with pip install "
            f"'pyneuronautofit[efel]' ({told(error)})"
        ) from error


def version() -> str:
    """Return which eFEL there is; raises NotAvailableError as `library`."""
    library()
    return importlib.metadata.version("efel")


@lru_cache(maxsize=1)
def feature_names() -> tuple[str, ...]:
    """Return the names of all features, in their order; raises NotAvailableError as `library`."""
    names = dict.fromkeys(library().get_feature_names())
    return tuple(sorted(set(names) - _NO_FEATURES))


def checked_feature(name: str, code: str) -> str:
    """Return the name of a feature that eFEL has.

    Raises
    ------
    UsageError
        If it has none of this name; names the nearest.
    NotAvailableError
        If eFEL is not installed.
    """
    known = feature_names()
    if name in known:
        return name
    meant = nearest(name, known)
    cure = f"; is {{efel:{meant}}} meant?" if meant else "."
    raise UsageError(
        f"-m {code}: eFEL has no feature {name:.60}{cure} All {len(known)} are in its "
        "documentation, https://efel.readthedocs.io"
    )


def unit_of_feature(name: str) -> str:
    """Return a feature's unit by eFEL's own table; 1: it has none."""
    units = importlib.import_module("efel.units")
    try:
        unit = str(units.get_unit(name))
    except KeyError:
        return "1"
    return "1" if unit == "constant" else unit


def feature_values(
    traces_mV: FloatArray,
    features: Sequence[str],
    step_ms: float,
    stimulus_ms: tuple[float, float],
    threshold_mV: float,
) -> FloatArray:
    """Return the mean of every feature's values in every trace.

    eFEL keeps what it works on in one place of the process, so nobody else may use it meanwhile;
    and it holds Python's lock, so threads would not help.

    Parameters
    ----------
    traces_mV : FloatArray, shape (n_trace, n_sample), mV
    features
        Their names.
    step_ms
        Time between two samples.
    stimulus_ms
        Its begin and its end.
    threshold_mV
        Above it the neuron spikes: eFEL's setting `Threshold`. All others are as eFEL has them.

    Returns
    -------
    FloatArray, shape (n_trace, n_feature)
        nan where a trace does not have a feature, or a sample is no number.
    """
    efel = library()
    found = np.full((len(traces_mV), len(features)), np.nan)
    sound = np.isfinite(traces_mV).all(axis=1)
    time_ms = (np.arange(traces_mV.shape[1]) * step_ms).tolist()
    begin, end = ([each] for each in stimulus_ms)
    traces = [
        # eFEL goes through them number by number, which is faster with those of Python.
        {"T": time_ms, "V": trace, "stim_start": begin, "stim_end": end}
        for trace in traces_mV[sound].tolist()
    ]
    # Settings of somebody else in this process have no say.
    efel.reset()
    efel.set_setting("Threshold", float(threshold_mV))
    try:
        answers = _answers(efel, traces, list(features))
    finally:
        efel.reset()
    for row, answer in zip(np.flatnonzero(sound).tolist(), answers, strict=True):
        for column, feature in enumerate(features):
            values = answer[feature]
            if values is not None and len(values):
                found[row, column] = np.mean(values)
    found[~np.isfinite(found)] = np.nan
    return found


#: What its features raise of odd traces: they are numpy, and C++ behind Python.
_RAISED = (ArithmeticError, AssertionError, LookupError, RuntimeError, TypeError, ValueError)


def _answers(efel: Any, traces: list[Any], features: list[str]) -> list[Any]:
    """Return eFEL's answers; where it raises, which some features do of odd traces, None."""

    def ask(some: list[Any], names: list[str]) -> list[Any]:
        answers: list[Any] = efel.get_feature_values(some, names, raise_warnings=False)
        return answers

    # What it thinks of a trace, or of an old name of a feature, nobody could do anything about.
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        try:
            return ask(traces, features)
        except _RAISED:
            pass
        answers = []
        for trace in traces:
            answers.append(dict.fromkeys(features))
            for name in features:
                with contextlib.suppress(*_RAISED):
                    answers[-1][name] = ask([trace], [name])[0][name]
        return answers
