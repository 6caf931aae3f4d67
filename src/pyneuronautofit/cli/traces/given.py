"""Recordings on the command line of `evaluate`: which models are scored on which of them."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Self

from pyneuronautofit._text import quoted
from pyneuronautofit._types import Json
from pyneuronautofit.cli.traces.stored import evaluations_beside
from pyneuronautofit.database import StoredModel, StoredModels
from pyneuronautofit.errors import UsageError
from pyneuronautofit.fitting import ELSEWHERE, split_word

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class GivenRecordings:
    """Recordings that are given, of which a model is scored on those that it was fitted to.

    Attributes
    ----------
    words
        The recordings, as given; at least one.
    where
        The file of the models, for messages.
    known
        Names of all recordings that any of the models was fitted to, or that were held out.
    all_strange
        Whether none of the models was fitted to any of them: then all are scored on the first.
    """

    words: tuple[str, ...]
    where: str
    known: frozenset[str]
    all_strange: bool

    @classmethod
    def of(cls, words: Sequence[str], stored: StoredModels, where: str) -> Self:
        """Return the recordings as these models take them."""
        names = {_name(word) for word in words}
        fitted, held_out = set[str](), set[str]()
        for model in stored.models:
            fitted |= set(_fitted_to(model, where))
            held_out |= set(_held_out(model.evaluation, where))
        return cls(tuple(words), where, frozenset(fitted | held_out), not names & fitted)

    def chosen(self, stored: StoredModels) -> StoredModels:
        """Return the models that are scored; what is left out of them is said."""
        if self.all_strange:
            return stored
        names = {_name(word) for word in self.words}
        kept = tuple(m for m in stored.models if names & set(_fitted_to(m, self.where)))
        out = [m for m in stored.models if not names & set(_fitted_to(m, self.where))]
        if out:
            targets = dict.fromkeys(m.target or "no recording that they name" for m in out)
            _log.warning(
                "%s: %d of %d models are left out, which were fitted to %s and to none of the "
                "recordings given: give theirs as well, and each model is scored on its own",
                self.where,
                len(out),
                len(stored.models),
                quoted(list(targets)),
            )
        return replace(stored, models=kept)

    def first_for(self, target: str | None) -> Path:
        """Return the recording that is the target of models, or stands in its place."""
        own = [word for word in self.words if _name(word) == target]
        return Path((own or self.words)[0])

    def on_each(
        self,
        target: str | None,
        evaluation: Mapping[str, Json] | None,
        others: Sequence[Mapping[str, Json]],
    ) -> list[tuple[Path, Mapping[str, Json] | None]]:
        """Return the recordings that models are scored on, each with how they were scored on it.

        Parameters
        ----------
        target, evaluation
            The recording that they were fitted to, of several the first, and how.
        others
            How on the others.

        Raises
        ------
        UsageError
            If one of those given is no recording of these or of other models of the file.
        """
        by_name = {str(other["target"]): other for other in others}
        has_target = any(_name(word) == target for word in self.words)
        found: list[tuple[Path, Mapping[str, Json] | None]] = []
        for number, word in enumerate(self.words):
            name = _name(word)
            strange = name not in self.known and not has_target
            if name in by_name:
                found.append((Path(word), by_name[name]))
            elif name == target or (number == 0 and (strange or self.all_strange)):
                # Whatever it is called, the first is in the place of the first.
                found.append((Path(word), evaluation))
            elif name not in self.known:
                raise UsageError(
                    f"{word}: the models were not fitted to that; they were fitted to "
                    f"{quoted([str(target), *by_name])}"
                )
        return found


def _name(word: str) -> str:
    return split_word(word)[0].name


def _fitted_to(model: StoredModel, where: str) -> list[str]:
    beside = [str(each["target"]) for each in evaluations_beside(model.evaluation, where)]
    return beside if model.target is None else [model.target, *beside]


def _held_out(evaluation: Mapping[str, Json] | None, where: str) -> list[str]:
    return [str(each["target"]) for each in evaluations_beside(evaluation, where, ELSEWHERE)]
