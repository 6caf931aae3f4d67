"""What a worker process does: it opens a problem once, says who it is, and evaluates chunks."""

from __future__ import annotations

import contextlib
import contextvars
import logging
import time
from collections import OrderedDict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from threading import RLock
from typing import Any

import numpy as np

from pyneuronautofit._text import told
from pyneuronautofit.errors import PyNeuronAutofitError, UnsupportedModel
from pyneuronautofit.fitting.evaluators.answers import as_plain
from pyneuronautofit.fitting.evaluators.sameness import check_parts, self_description
from pyneuronautofit.fitting.evaluators.work_order import opened_by
from pyneuronautofit.fitting.resumed.resume import OpenedFit
from pyneuronautofit.plugins import use_files

_log = logging.getLogger(__name__)

# Each has processes and threads of its own.
_MOST_OPEN = 2
# One of which nothing was evaluated yet is kept for so long, however many there are, s: several
# fits would close one another's for ever, and none of them would get any further.
_AWAITED_S = 120.0


@dataclass
class _Open:
    """A problem that is open, with the plug-ins that there are for it."""

    opened: OpenedFit
    context: contextvars.Context
    n_param: int
    awaited_until: float


class WorkBench:
    """The problems of a worker process. One chunk is evaluated at a time."""

    def __init__(self) -> None:
        self._open: OrderedDict[str, _Open] = OrderedDict()
        self._lock = RLock()

    def introduce(self, order: Mapping[str, Any], n_thread: int) -> dict[str, Any]:
        """Open a problem, and say by what it is that problem.

        Parameters
        ----------
        order
            `WorkOrder.as_plain`.
        n_thread
            How many threads simulate.

        Returns
        -------
        dict
            "described": `self_description`; or "refused": why it cannot be evaluated here.
        """
        with self._lock:
            self._close(str(order["key"]), _MOST_OPEN - 1)
            context = contextvars.copy_context()
            try:
                return {"described": context.run(self._begin, order, n_thread, context)}
            except PyNeuronAutofitError as error:
                return {"refused": str(error)}
            except Exception as error:  # noqa: BLE001 (whatever it is, the head is to know)
                _log.exception("the fit cannot be opened")
                return {"refused": told(error)}

    def evaluate(self, key: str, values: bytes, *, with_residuals: bool) -> dict[str, Any]:
        """Evaluate candidates.

        Parameters
        ----------
        key
            Of the problem.
        values
            Model values, of shape (n_cand, n_param).
        with_residuals
            Whether residuals are wanted, too.

        Returns
        -------
        dict
            `as_plain` of the evaluation; or "unknown", where the problem is not open; "unsupported"
            or "refused", and why, where it cannot be evaluated here.
        """
        with self._lock:
            known = self._open.get(key)
            if known is None:
                return {"unknown": key}
            self._open.move_to_end(key)
            known.awaited_until = 0.0
            numbers = np.frombuffer(values, dtype=np.float64)
            parameters = numbers.reshape(-1, known.n_param)
            evaluate = known.opened.problem.evaluate_here
            try:
                found = known.context.run(evaluate, parameters, with_residuals=with_residuals)
            except UnsupportedModel as error:
                return {"unsupported": str(error)}
            except PyNeuronAutofitError as error:
                return {"refused": str(error)}
            return as_plain(found)

    def close(self) -> None:
        """End processes and threads."""
        with self._lock:
            self._close("", 0)

    def _begin(
        self, order: Mapping[str, Any], n_thread: int, context: contextvars.Context
    ) -> dict[str, Any]:
        use_files(order["settings"].get("plugins", ()))
        opened = opened_by(order, n_thread)
        with _closed_on_error(opened):
            check_parts(opened.problem)
            described = self_description(opened)
        until = time.monotonic() + _AWAITED_S
        self._open[str(order["key"])] = _Open(opened, context, len(opened.problem.space), until)
        return described

    def _close(self, key: str, n_kept: int) -> None:
        """Close the problem of this key, and the ones that were not used for longest."""
        closed = [self._open.pop(key)] if key in self._open else []
        n_more, now = len(self._open) - n_kept, time.monotonic()
        may_go = [k for k, each in self._open.items() if not n_kept or each.awaited_until < now]
        closed += [self._open.pop(each) for each in may_go[: max(n_more, 0)]]
        for each in closed:
            with each.opened.problem.opened():
                pass


@contextlib.contextmanager
def _closed_on_error(opened: OpenedFit) -> Iterator[None]:
    """Close what was opened, if what is done with it fails."""
    try:
        yield
    except BaseException:
        with opened.problem.opened():
            pass
        raise
