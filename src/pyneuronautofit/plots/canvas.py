"""Where figures go: into files, or onto the screen."""

from __future__ import annotations

from pathlib import Path

import matplotlib as mpl
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.backends.registry import BackendFilter, backend_registry
from matplotlib.figure import Figure

from pyneuronautofit._atomic import replacing
from pyneuronautofit.errors import OutputError
from pyneuronautofit.plots.traces import check_figure_path

#: The palette of Okabe and Ito without its yellow, which is hard to see on white: told apart by
#: everybody. Black comes last, since figures need it for what stands for all.
COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#56b4e9", "#e69f00")
#: With the colours, so that curves differ in print without colours, too.
LINES = ("-", "--", "-.", ":")
MARKERS = ("o", "^", "s", "D", "v", "P", "X")
GREY = "#5f5f5f"

#: Text stays text in vector files: it can be searched, and edited in a drawing program.
VECTOR_TEXT = {"svg.fonttype": "none", "pdf.fonttype": 42, "ps.fonttype": 42}


def check_target(path: Path | None) -> None:
    """Raise OutputError unless a figure can be written to `path`, or shown where it is None."""
    if path is not None:
        check_figure_path(path)
        return
    from matplotlib import pyplot  # noqa: PLC0415 (looks for a screen, which most commands need not)

    backend = pyplot.get_backend()
    interactive = backend_registry.list_builtin(BackendFilter.INTERACTIVE)  # type: ignore[no-untyped-call]
    if backend.lower() not in interactive:
        raise OutputError(
            f"there is no screen to show figures on (matplotlib draws with {backend!r}): name a "
            "file to write to, such as figure.pdf"
        )


def open_figure(size_in: tuple[float, float], path: Path | None) -> Figure:
    """Return an empty figure for a file, or for the screen where `path` is None."""
    if path is None:
        from matplotlib import pyplot  # noqa: PLC0415

        return pyplot.figure(figsize=size_in, layout="constrained")
    figure = Figure(figsize=size_in, layout="constrained")
    FigureCanvasAgg(figure)
    return figure


def write_figure(figure: Figure, path: Path) -> None:
    """Write a figure, atomically, in the format of the suffix."""
    kind = path.suffix[1:].lower()
    # A date would make every file differ from the last.
    metadata = {"pdf": {"CreationDate": None}, "svg": {"Date": None}}.get(kind)
    with replacing(path) as stream, mpl.rc_context(VECTOR_TEXT):  # type: ignore[arg-type]
        figure.savefig(stream, format=kind, dpi=200, metadata=metadata)


def show_figures() -> None:
    """Show what `open_figure` made for the screen, until the user closes the windows."""
    from matplotlib import pyplot  # noqa: PLC0415

    pyplot.show()
