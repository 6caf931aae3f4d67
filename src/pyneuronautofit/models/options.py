"""The option that says which model."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from pyneuronautofit._options import MODEL, Resumed, option, same_option
from pyneuronautofit._words import MODEL_FILES


@dataclass(frozen=True, kw_only=True)
class ProjectOptions:
    """Which model."""

    project: str | None = option(
        None,
        "--project",
        group=MODEL,
        metavar="PATH",
        parse=MODEL_FILES,
        resumed=Resumed.CONTENT,
        help="a project.py or its folder (default: project.py of the working directory; without "
        "one the built-in thalamocortical cell)",
    )

    def project_path(self) -> Path | None:
        """Return the value of --project as `load_model` takes it."""
        return None if self.project is None else Path(self.project)


@dataclass(frozen=True, kw_only=True)
class KnownProjectOptions:
    """Which model, where a run says it."""

    project: str | None = same_option(
        ProjectOptions,
        "project",
        help="the run's project.py or its folder; needed where it is in neither the run's folder "
        "nor the working directory, because it is executed",
    )
