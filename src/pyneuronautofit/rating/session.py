"""A rater at work: the models in their order, the sheet, and the file that follows every change."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from pathlib import Path

from pyneuronautofit._types import Json
from pyneuronautofit.database import Database
from pyneuronautofit.errors import UsageError
from pyneuronautofit.rating.accepting import accepted_models
from pyneuronautofit.rating.files import SheetFile
from pyneuronautofit.rating.sheet import Sheet, Verdict, key_of, order_of

#: Characters of a note.
LONGEST_NOTE = 10_000


class RatingSession:
    """What the page works with. Places are those of the order in which models are shown.

    Whatever changes the sheet writes it first; where that fails, nothing has changed.

    Parameters
    ----------
    database
        The models that are rated.
    headings
        What is known of each, in the order of the database; not shown to a blind rater.
    file
        The rater's, opened.
    sheet
        What is in it.
    """

    def __init__(
        self, database: Database, headings: Sequence[str], file: SheetFile, sheet: Sheet
    ) -> None:
        stored = database.stored
        self.order = order_of(stored, sheet.blind)
        keys = [key_of(model) for model in stored.models]
        self._keys = [keys[place] for place in self.order]
        self._shown = frozenset(keys)
        blind = sheet.blind is not None
        self._headings = ["" if blind else headings[place] for place in self.order]
        self._database = database
        self._file = file
        self._sheet = sheet
        self._place = self._keys.index(sheet.at) if sheet.at in self._shown else 0
        # Requests come in threads.
        self._lock = threading.Lock()

    @property
    def place(self) -> int:
        """The place of the model that is looked at."""
        return self._place

    @property
    def path(self) -> Path:
        """The file that the ratings are kept in."""
        return self._file.path

    @property
    def is_blind(self) -> bool:
        """Whether ids and origins are hidden."""
        return self._sheet.blind is not None

    @property
    def n_foreign(self) -> int:
        """How many ratings of the sheet are of none of these models."""
        return sum(key not in self._shown for key in self._sheet.ratings)

    @property
    def n_rated(self) -> int:
        """How many of these models have a verdict."""
        return sum(self._sheet.of(key).verdict is not None for key in self._keys)

    def state(self) -> dict[str, Json]:
        """Return all that the page shows."""
        with self._lock:
            return {
                "database": self._database.path.name,
                "rater": self._sheet.rater,
                "blind": self._sheet.blind is not None,
                "file": self._file.path.name,
                **self._position(),
                "models": [
                    {"heading": heading, **self._said(place)}
                    for place, heading in enumerate(self._headings)
                ],
            }

    def look_at(self, place: int) -> dict[str, Json]:
        """Turn to a model."""
        self._checked(place)
        return self._change(place, lambda sheet: sheet)

    def rate(self, place: int, verdict: Verdict) -> dict[str, Json]:
        """Give a verdict, and turn to the next model."""
        following = min(self._checked(place) + 1, len(self._keys) - 1)
        return self._change(
            place, lambda sheet: sheet.rate(self._keys[place], verdict), turn_to=following
        )

    def annotate(self, place: int, note: str) -> dict[str, Json]:
        """Write a note."""
        if len(note) > LONGEST_NOTE:
            raise UsageError(
                f"the note has {len(note)} characters; at most {LONGEST_NOTE} are kept"
            )
        # Half of a surrogate pair, which JSON can carry, is no text.
        text = note.encode("utf-8", "replace").decode()
        self._checked(place)
        key = self._keys[place]
        return self._change(place, lambda sheet: sheet.annotate(key, text), turn_to=self._place)

    def undo(self) -> dict[str, Json]:
        """Take back the last change, and turn to its model."""
        with self._lock:
            sheet = self._sheet.undo(self._shown)
            if sheet is self._sheet or sheet.at is None:
                return self._position()
            return self._keep(sheet, self._keys.index(sheet.at))

    def exported(self) -> Database:
        """Return the models that this rater accepted."""
        with self._lock:
            sheet = self._sheet
        return accepted_models(self._database, [sheet], "all").database

    # --- under the lock

    def _change(
        self, place: int, change: Callable[[Sheet], Sheet], turn_to: int | None = None
    ) -> dict[str, Json]:
        with self._lock:
            after = place if turn_to is None else turn_to
            sheet = change(self._sheet).look_at(self._keys[after])
            return self._keep(sheet, after, place)

    def _keep(self, sheet: Sheet, place: int, changed: int | None = None) -> dict[str, Json]:
        self._file.save(sheet)
        self._sheet, self._place = sheet, place
        changed = place if changed is None else changed
        return {**self._position(), "changed": changed, "said": self._said(changed)}

    def _position(self) -> dict[str, Json]:
        return {"place": self._place, "can_undo": self._sheet.can_undo(self._shown)}

    def _said(self, place: int) -> dict[str, Json]:
        rating = self._sheet.of(self._keys[place])
        return {"verdict": rating.verdict and str(rating.verdict), "note": rating.note}

    def _checked(self, place: int) -> int:
        if not 0 <= place < len(self._keys):
            raise UsageError(f"there is no place {place}: there are {len(self._keys)} models")
        return place


def begin(file: SheetFile, rater: str | None, blind: int | None) -> Sheet:
    """Open a rater's file and return their sheet, with the order in which they are shown models.

    Raises
    ------
    UsageError
        If they began in another order.
    PyNeuronAutofitError
        If the file cannot be used.
    """
    sheet = file.open(Sheet(rater, blind))
    if blind is None or blind == sheet.blind:
        return sheet
    if sheet.ratings:
        began = "without --blind" if sheet.blind is None else f"with --blind {sheet.blind}"
        raise UsageError(
            f"--blind {blind}: the ratings {file.path} were begun {began}. Go on as they were "
            "begun, or begin others with --rater NAME"
        )
    return Sheet(rater, blind)
