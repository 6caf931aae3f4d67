"""Workers of dask.distributed. Nothing else imports it.

Every question is a task for one worker alone, which has no other one meanwhile: so it is known
over which candidates a worker has died, and nobody else's task is blamed for it. What is done with
tasks that are lost is the head's affair, not the scheduler's.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import queue
import threading
import time
import uuid
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from distributed import Client, Security, get_worker

from pyneuronautofit._text import told
from pyneuronautofit.errors import UsageError
from pyneuronautofit.fitting.evaluators.bench import WorkBench
from pyneuronautofit.fitting.evaluators.crew import (
    CrewEvent,
    SchedulerWent,
    WorkerCame,
    WorkerReply,
    WorkerWent,
)
from pyneuronautofit.fitting.evaluators.tls import TlsFiles

_log = logging.getLogger(__name__)

_CONNECT_S = 20.0
# What dask needs beyond the time that it is given.
_MORE_S = 5.0
# A scheduler that does not answer for so long is lost.
_SILENCE_S = 30.0
# A worker that has paused for so long is lost.
_PAUSED_S = 60.0
# So often it is looked whether the connection is there, and asked who is: seldom where the answer
# takes long, as of very many.
_LOOK_S = 0.5
_SHARE = 0.2
_SELDOM_S = 5.0
_CLOSE_S = 1.0
_BENCH = "_pyneuronautofit_bench"


class DaskCrew:
    """The workers of a scheduler of dask.distributed.

    Parameters
    ----------
    address
        Of the scheduler: tcp:// or tls://.
    tls
        What encrypts, and says who may connect; None: nothing does.

    Raises
    ------
    UsageError
        If it does not answer.
    """

    def __init__(self, address: str, tls: TlsFiles | None) -> None:
        self._address = address
        self._events: queue.SimpleQueue[CrewEvent] = queue.SimpleQueue()
        self._asked: dict[int, Any] = {}
        self._present: frozenset[str] = frozenset()
        # It has a log of its own, on the screen; what matters of it is an event.
        for name in ("distributed", "distributed.client", "distributed.core", "distributed.comm"):
            logging.getLogger(name).setLevel(logging.CRITICAL)
        self._client = _connected(address, tls)
        self._watch = self._start(self._watching)

    @property
    def address(self) -> str:
        """Where the scheduler is."""
        return self._address

    def events(self, timeout_s: float) -> Sequence[CrewEvent]:
        """Return what has happened since the last call; wait so long if nothing has."""
        found: list[CrewEvent] = []
        with contextlib.suppress(queue.Empty):
            found.append(self._events.get(timeout=timeout_s))
            while True:
                found.append(self._events.get_nowait())
        return found

    def introduce(self, address: str, ticket: int, order: Mapping[str, Any]) -> None:
        """Ask a worker to open a problem."""
        self._ask(address, ticket, introduce_on_worker, order)

    def evaluate(
        self, address: str, ticket: int, key: str, values: bytes, *, with_residuals: bool
    ) -> None:
        """Ask a worker to evaluate candidates."""
        self._ask(address, ticket, evaluate_on_worker, key, values, with_residuals)

    def forget(self, tickets: Iterable[int]) -> None:
        """Give up questions."""
        futures = [f for f in (self._asked.pop(t, None) for t in list(tickets)) if f is not None]
        if futures and self._client.status == "running":

            async def cancel() -> None:
                with contextlib.suppress(Exception):
                    await self._client.cancel(futures, asynchronous=True, force=True)

            self._start(cancel)

    def close(self) -> None:
        """Leave the scheduler, at once."""
        self.forget(list(self._asked))
        self._client.loop.add_callback(self._watch.cancel)
        # One that does not answer is not waited for.
        closing = threading.Thread(target=self._close, daemon=True)
        closing.start()
        closing.join(2 * _CLOSE_S)

    def _close(self) -> None:
        with contextlib.suppress(Exception):
            self._client.close(timeout=_CLOSE_S)

    def _ask(
        self, address: str, ticket: int, task: Callable[..., dict[str, Any]], *given: Any
    ) -> None:
        future = self._client.submit(
            task,
            *given,
            key=f"pyneuronautofit-{uuid.uuid4().hex}",
            workers=[address],
            allow_other_workers=False,
            pure=False,
            retries=0,
        )
        self._asked[ticket] = future

        async def follow() -> None:
            try:
                content = await self._client.gather(future, asynchronous=True)
            except (Exception, asyncio.CancelledError) as error:  # noqa: BLE001 (of a worker)
                reply = WorkerReply(ticket, None, told(error))
            else:
                reply = WorkerReply(ticket, content if isinstance(content, Mapping) else None)
            # What was given up is cancelled; nobody wants to hear of that.
            if self._asked.pop(ticket, None) is not None and self._client.status == "running":
                self._events.put(reply)

        self._start(follow)

    def _start(self, what: Callable[[], Any]) -> Any:
        """Begin something in the thread of the client, and return what can be cancelled."""
        return asyncio.run_coroutine_threadsafe(what(), self._client.loop.asyncio_loop)

    async def _watching(self) -> None:
        """Say who comes and goes, until the scheduler is lost."""
        paused: dict[str, float] = {}
        while True:
            began = time.monotonic()
            if self._client.status != "running":
                self._events.put(SchedulerWent("the connection has ended"))
                return
            try:
                present = await asyncio.wait_for(self._at_work(paused), _SILENCE_S)
            except asyncio.CancelledError:
                raise
            except Exception as error:  # noqa: BLE001 (whatever it is, it is lost)
                why = "it does not answer" if isinstance(error, TimeoutError) else told(error)
                self._events.put(SchedulerWent(why))
                return
            for address in sorted(self._present - present):
                self._events.put(WorkerWent(address))
            for address in sorted(present - self._present):
                self._events.put(WorkerCame(address))
            self._present = present
            now = time.monotonic()
            until = now + min((now - began) / _SHARE, _SELDOM_S)
            await asyncio.sleep(_LOOK_S)
            while self._client.status == "running" and time.monotonic() < until:
                await asyncio.sleep(_LOOK_S)

    async def _at_work(self, paused: dict[str, float]) -> frozenset[str]:
        """Return the workers that do what they are asked.

        Parameters
        ----------
        paused
            Since when some do not, s: dask gives them nothing while their memory is short, or they
            are about to leave. It is kept up.
        """
        scheduler, now = self._client.scheduler, time.monotonic()
        present, running = frozenset(await scheduler.ncores()), await scheduler.ncores_running()
        for address in [*paused]:
            if address in running or address not in present:
                del paused[address]
        for address in present.difference(running):
            paused.setdefault(address, now)
        return present - {a for a, since in paused.items() if now - since >= _PAUSED_S}


def _connected(address: str, tls: TlsFiles | None) -> Client:
    """Connect with a scheduler; raises UsageError if it does not answer.

    In a thread of its own: dask waits for ever for what takes the call and then says nothing, as a
    scheduler does whose process is stopped.
    """
    answer: queue.SimpleQueue[Client | str] = queue.SimpleQueue()

    def connect() -> None:
        try:
            answer.put(
                _Connection(
                    address,
                    timeout=_CONNECT_S,
                    security=None if tls is None else _security(tls),
                    set_as_default=False,
                    name="pyneuronautofit",
                )
            )
        # Another program may say anything, of which dask makes any error.
        except (Exception, asyncio.CancelledError) as error:  # noqa: BLE001
            answer.put(told(error))

    threading.Thread(target=connect, daemon=True).start()
    try:
        found = answer.get(timeout=_CONNECT_S + _MORE_S)
    except queue.Empty:
        found = "it takes the call, and says nothing"
    if isinstance(found, Client):
        return found
    files = "" if tls is None else f", or --workers-tls {tls.folder} (they have to be its own)"
    raise UsageError(
        f"no scheduler of dask.distributed answers at {address} ({found}). Start one "
        f"and its workers (slurm workers writes scripts for that), or correct the address{files}; "
        "one that encrypts is called tls://, and needs --workers-tls"
    )


class _Connection(Client):  # type: ignore[misc]
    """A client that is closed by nobody but its owner."""

    def __del__(self) -> None:
        """Do not wait, half a minute and more, for a scheduler that never was one."""


def introduce_on_worker(order: Mapping[str, Any]) -> dict[str, Any]:
    """Open a problem in this worker process."""
    worker = get_worker()
    return _bench_of(worker).introduce(order, worker.state.nthreads)


def evaluate_on_worker(key: str, values: bytes, with_residuals: bool) -> dict[str, Any]:
    """Evaluate candidates in this worker process."""
    return _bench_of(get_worker()).evaluate(key, values, with_residuals=with_residuals)


def _bench_of(worker: Any) -> WorkBench:
    """Return the bench of a worker, which it keeps as long as it lives."""
    bench: WorkBench = vars(worker).setdefault(_BENCH, WorkBench())
    return bench


def _security(tls: TlsFiles) -> Security:
    return Security(
        tls_ca_file=str(tls.authority),
        tls_client_cert=str(tls.certificate),
        tls_client_key=str(tls.key),
        require_encryption=True,
    )
