"""The model that stored models are simulated with, and whether it is theirs."""

from __future__ import annotations

import logging
from pathlib import Path

from pyneuronautofit._text import quoted
from pyneuronautofit.database import StoredModels
from pyneuronautofit.models import Model, ProjectOptions, load_model
from pyneuronautofit.models.finding import find_model

_log = logging.getLogger(__name__)

_MOST_NAMED = 4


def model_of(config: ProjectOptions, stored: StoredModels, where: str) -> Model:
    """Load the model of --project, and say where it may not be that of stored models.

    Nothing else notices: a file of models names its parameters, but not the cell that has them, and
    another cell may have some of the same names.

    Parameters
    ----------
    where
        The file of the models.
    """
    model = load_model(config.project_path(), Path.cwd())
    project = find_model(config.project_path(), Path.cwd()).project
    own = [name for names, *_rest in model.parameters for name in _listed(names)]
    known = set(own)
    given = dict.fromkeys(name for each in stored.models for name in each.parameters)
    foreign = [name for name in given if name not in known]
    if foreign:
        cell = "the built-in cell" if project is None else str(project)
        cure = "Name its project with --project" if project is None else "Look at --project"
        _log.warning(
            "%d of the %d parameters of %s are not among the model's, which is %s: %s (the model's "
            "are %s). Is it a file of another model? %s",
            len(foreign), len(given), where, cell, quoted(foreign, _MOST_NAMED),
            quoted(own, _MOST_NAMED), cure,
        )  # fmt: skip
    return model


def note_temperature(degC: float, where: str) -> None:
    """Say which temperature is taken where neither the user nor the models' file says one."""
    _log.info(
        "%s does not say at which temperature its models are: %g degC is taken; another is given "
        "by --temperature",
        where, degC, extra={"notice": True},
    )  # fmt: skip


def _listed(names: str | tuple[str, ...]) -> tuple[str, ...]:
    return (names,) if isinstance(names, str) else names
