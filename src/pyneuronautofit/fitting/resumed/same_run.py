"""Whether a run would go on with what it was begun with."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from pyneuronautofit._text import quoted
from pyneuronautofit._types import Json
from pyneuronautofit.errors import RunError
from pyneuronautofit.fitting.resumed.identity import changed_files, unknown_files
from pyneuronautofit.fitting.resumed.plugged import PLUGINS, changed_plug_ins
from pyneuronautofit.fitting.resumed.resume import OpenedFit
from pyneuronautofit.objectives import used_evaluation
from pyneuronautofit.runs import Header, RunReader

#: What is to be done where a run's models cannot be simulated again.
RESTORE = "Restore what the run was begun with"
#: What is said of a model's files, before their names, if some are others.
FILES_CHANGED = "files of the model have changed"

# Libraries that no run was made by that does not know them.
_CAME_LATER = frozenset({"cmaes"})


def check_same(run: RunReader, opened: OpenedFit, header: Header, *, extend: bool = False) -> None:
    """Make sure that the run would go on with what it was begun with.

    Parameters
    ----------
    opened
        What it would go on with.
    header
        The head that its files would have.
    extend
        Whether other versions of the libraries are allowed.

    Raises
    ------
    RunError
        If recording, model or evaluation are others; or versions, unless --extend allows it.
    """
    differences = changed_inputs(run.info.identity, opened.identity, opened.recording)
    differences += _changed_header(run.header, header)
    before, now = run.info.identity, opened.identity
    others, _processor = _changed_versions(before.get("versions", {}), now["versions"])
    if others and not extend:
        differences.append(f"{', '.join(others)} (--extend would allow that)")
    if differences:
        raise RunError(
            f"{run.path.stem} cannot be continued: {'; '.join(differences)}. {start_anew(run)}"
        )


def check_files(run: RunReader, opened: OpenedFit) -> None:
    """Raise RunError unless recording and model are those of the run."""
    before, now = run.info.identity, opened.identity
    differences = changed_inputs(before, now, opened.recording, searching=False)
    if differences:
        raise RunError(
            f"{run.path.stem} cannot be simulated again: {'; '.join(differences)}. {RESTORE}"
        )


def check_simulator(run: RunReader, opened: OpenedFit, *, extend: bool = False) -> None:
    """Make sure that what simulates is what the run was begun with, unless `extend` allows others.

    Raises
    ------
    RunError
        If it is not: the batch simulator cannot be compiled here, for instance.
    """
    sessions = run.sessions
    was = str(sessions[0].content.get("simulator", "")) if sessions else ""
    now = opened.problem.simulator.description
    if was.split()[:1] != now.split()[:1] and was and not extend:
        raise RunError(
            f"{run.path.stem} cannot be continued: it was simulated by another simulator ({was}) "
            f"than would be used now ({now}); --extend would allow that"
        )


def changed_versions(run: RunReader, opened: OpenedFit) -> list[str]:
    """Return in words which versions and which processor are others than the run's."""
    changed = _changed_versions(run.info.identity.get("versions", {}), opened.identity["versions"])
    return [text for texts in changed for text in texts]


def start_anew(run: RunReader) -> str:
    """Say what can be done where a run cannot be continued."""
    return (
        "A run is continued with what it was begun with; or start a new one from its population "
        f"with -I {run.path}"
    )


def changed_inputs(
    before: Mapping[str, Json],
    now: Mapping[str, Json],
    path: Path,
    *,
    searching: bool = True,
    other_model: str = FILES_CHANGED,
) -> list[str]:
    """Say which files are others: those of the model, of plug-ins, or the recording `path`.

    Parameters
    ----------
    searching
        Whether a plug-in that searches has to be the same.
    other_model
        What is said where files of the model are others, before their names.
    """
    changed = []
    recording = before.get("recording", "not known")
    if recording != now["recording"]:
        changed.append(
            f"the recording {path} is not the file that it was begun with (SHA-256 "
            f"{recording[:12]}.. then, {now['recording'][:12]}.. now)"
        )
    if before.get("beside", []) != now.get("beside", []):
        changed.append("the recordings beside it are not the files that it was begun with")
    changed += changed_plug_ins(before, now, searching=searching)
    unknown = unknown_files(before, now["model"])
    known = {name: digest for name, digest in now["model"].items() if name not in unknown}
    files = changed_files(before.get("model", {}), known)
    if files:
        changed.append(f"{other_model}: {quoted(files)}")
    return changed


def _changed_header(before: Header, now: Header) -> list[str]:
    """Say what is compared, or searched, in another way."""
    changed = []
    if before.version != now.version:
        changed.append(f"the model's version was {before.version} and is {now.version}")
    if before.as_json()["parameters"] != now.as_json()["parameters"]:
        changed.append("the searched parameters or their bounds (param_nslh) are others")
    # What an older head does not say is among the run's settings, which are compared as such.
    said = {key: value for key, value in now.evaluation.items() if key in before.evaluation}
    # Of plug-ins the run's identity says more.
    was = {**used_evaluation(before.evaluation), PLUGINS: None}
    if was != {**said, PLUGINS: None} or before.markers != now.markers:
        changed.append("the evaluation is another one (its mask, -k, for instance)")
    return changed


def _changed_versions(
    before: Mapping[str, str], now: Mapping[str, str]
) -> tuple[list[str], list[str]]:
    """Say which programs are other ones, and whether the processor is."""
    known = [name for name in now if name in before or name not in _CAME_LATER]
    changed = [name for name in known if before.get(name) != now[name]]
    texts = {n: f"{n} was {before.get(n, 'not known')} and is {now[n]}" for n in changed}
    processor = [texts.pop("processor")] if "processor" in texts else []
    return list(texts.values()), processor
