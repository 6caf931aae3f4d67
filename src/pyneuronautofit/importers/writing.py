"""A project folder for a model that was imported."""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from dataclasses import replace
from pathlib import Path

from pyneuronautofit.errors import ModelError, OutputError
from pyneuronautofit.importers.parameters import find_conductances
from pyneuronautofit.importers.project import ImportedModel, around, project_text
from pyneuronautofit.models import PROJECT_FILE, load_model

#: The values that the origin gives the parameters, as a model database.
PUBLISHED = "published.json"
# Until the cell has been asked, what is searched is what every cell has.
_ANY_ROW = ("soma.cm", "lin", 0.5, 2.0)


def write_project(model: ImportedModel, folder: Path) -> ImportedModel:
    """Write a project folder, and see that its cell can be built.

    Returns
    -------
    ImportedModel
        As it was written: with the parameters that were found, where it had none.

    Raises
    ------
    OutputError
        If something is there already, or it cannot be written.
    ModelError
        If its cell cannot be built.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise OutputError(f"{folder} is there already; give the name of a new folder with -o")
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=folder.parent, prefix=".import-") as name:
            made = Path(name).absolute() / "project"
            (made / "mods").mkdir(parents=True)
            for file, source in model.files.items():
                (made / file).parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(source, made / file)
            for source in model.mods:
                shutil.copyfile(source, made / "mods" / source.name)
            try:
                model = _completed(model, made)
            except ModelError as error:
                said = str(error).replace(f"{made}/", "")
                raise ModelError(
                    f"nothing was written to {folder}, because the cell that was made from this "
                    f"model cannot be built: {model.origin} It said: {said}"
                ) from error
            _write(model, made)
            if folder.is_dir():
                folder.rmdir()
            os.replace(made, folder)
    except OSError as error:
        raise OutputError(f"cannot write {folder}: {error.strerror or error}") from error
    return model


def _completed(model: ImportedModel, folder: Path) -> ImportedModel:
    """Return a model with what is searched, and with values; its cell has been built once."""
    if model.rows:
        _write(model, folder)
        find_conductances(load_model(folder, folder).cell_source)
        if model.values:
            return model
        note = f"the model gives its parameters bounds and no values: there is no {PUBLISHED}"
        return replace(model, notes=[*model.notes, note])
    _write(replace(model, rows=[_ANY_ROW]), folder)
    values = find_conductances(load_model(folder, folder).cell_source)
    if not values:
        raise ModelError(
            "the cell has no conductance (a name that begins with g) that is the same in a list "
            "of sections, so it is not known what to search"
        )
    rows = [around(name, value) for name, value in values.items()]
    note = "bounds are a tenth of each value to ten times it"
    note += (
        " (0 to 0.001 where it is 0): narrow them" if 0.0 in values.values() else ": narrow them"
    )
    return replace(model, rows=rows, values=values, notes=[*model.notes, note])


def _write(model: ImportedModel, folder: Path) -> None:
    (folder / PROJECT_FILE).write_text(project_text(model), encoding="utf-8")
    if not model.values:
        return
    database = {
        "temperature": model.temperature_degC,
        "parameters": [list(row) for row in model.rows],
        "models": [{"parameters": dict(model.values)}],
    }
    database = {key: value for key, value in database.items() if value is not None}
    (folder / PUBLISHED).write_text(json.dumps(database, indent=1) + "\n", encoding="utf-8")
