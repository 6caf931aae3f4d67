"""Tables for pandas, whose columns have units."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from pyneuronautofit.errors import NotAvailableError

if TYPE_CHECKING:
    import pandas as pd


def frame(columns: Mapping[str, Any], index: Any, index_name: str, **attrs: Any) -> pd.DataFrame:
    """Return a DataFrame.

    Parameters
    ----------
    columns
        Name -> values, shape (n_row,).
    index, index_name
        What the rows are called.
    attrs
        What is said about it all, in `DataFrame.attrs`.

    Raises
    ------
    NotAvailableError
        If pandas is not installed.
    """
    try:
        import pandas as pd  # noqa: PLC0415 - an extra
    except ImportError as error:
        raise NotAvailableError(
            "tables need pandas: install it with pip install 'pyneuronautofit[notebook]'"
        ) from error
    made = pd.DataFrame(dict(columns), index=pd.Index(index, name=index_name))
    made.attrs.update(attrs)
    return made
