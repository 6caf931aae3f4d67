"""Running checks, and saying all that is wrong at once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

from pyneuronautofit._plugins import place_of
from pyneuronautofit._text import told
from pyneuronautofit.errors import PyNeuronAutofitError

CaseT = TypeVar("CaseT")


def require(holds: object, what: str) -> None:
    """Raise AssertionError with a text unless something holds."""
    if not holds:
        raise AssertionError(what)


def name_of(check: Callable[..., None]) -> str:
    """Return a check's name in words."""
    return check.__name__.replace("_", " ")


def run_all(checks: Sequence[Callable[[CaseT], None]], case: CaseT, what: str) -> None:
    """Run all checks.

    Raises
    ------
    AssertionError
        If one of them fails; says which, and why.
    """
    failed = []
    for check in checks:
        try:
            check(case)
        except AssertionError as error:
            failed.append(f"{name_of(check)}: {error}")
        except PyNeuronAutofitError as error:
            same = any(str(error) in each for each in failed)
            failed.append(f"{name_of(check)}: {'the same' if same else error}")
        except (Exception, SystemExit) as error:  # noqa: BLE001 (whatever their code raises)
            failed.append(f"{name_of(check)}: {place_of(error)}: {told(error)}")
    if failed:
        listed = "".join(f"\n- {each}" for each in failed)
        raise AssertionError(f"{what} fails {len(failed)} of {len(checks)} checks:{listed}")
