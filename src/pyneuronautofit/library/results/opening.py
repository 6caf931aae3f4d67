"""Opening a run that was made before, or is going on."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from pyneuronautofit.library.results.fit_result import Fit


def open_fit(
    run: Path | str,
    *,
    project: Path | str | None = None,
    plugins: Sequence[Path | str] = (),
) -> Fit:
    """Open a run: one of `fit`, or of the command.

    Parameters
    ----------
    run : path
        Its .sqlite file, or its stamp in the working directory.
    project : path or None
    plugins : sequence of paths
        See `Fit`.

    Raises
    ------
    RunError
        If there is no such run.
    """
    return Fit(run, project=project, plugins=plugins)
