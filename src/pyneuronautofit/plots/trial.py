"""A model's answer to one synaptic event."""

from __future__ import annotations

from pathlib import Path

from pyneuronautofit._types import FloatArray
from pyneuronautofit.plots.canvas import COLOURS, GREY, open_figure, show_figures, write_figure
from pyneuronautofit.plots.traces import as_drawn, thinned

_SIZE_IN = (7.0, 3.6)
_BLACK = "#000000"


def save_trial(
    path: Path | None, voltage_mV: FloatArray, *, step_ms: float, first_ms: float, heading: str
) -> None:
    """Draw the voltage around an event, and write the figure, or show it where `path` is None.

    Parameters
    ----------
    voltage_mV : FloatArray, shape (n_sample,), mV
    step_ms
        Sampling interval.
    first_ms
        Time of the first sample; the event is at 0 ms, and marked.
    heading
        Above the panel.
    """
    figure = open_figure(_SIZE_IN, path)
    panel = figure.subplots()
    panel.axhline(0.0, color=GREY, linewidth=0.5)
    panel.axvline(0.0, color=COLOURS[1], linewidth=0.8, linestyle="--", label="event")
    time_ms, shown = thinned(voltage_mV, step_ms)
    panel.plot(time_ms + first_ms, shown, color=_BLACK, linewidth=0.8, label="soma(0.5)")
    panel.set_xlabel("time since the event (ms)")
    panel.set_ylabel("voltage (mV)")
    panel.margins(x=0)
    panel.legend(loc="upper right", fontsize=8, frameon=False)
    figure.suptitle(as_drawn(heading), fontsize=10)
    if path is None:
        show_figures()
    else:
        write_figure(figure, path)
