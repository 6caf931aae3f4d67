"""The section of families: which of the good models belong together."""

from __future__ import annotations

from markupsafe import Markup

from pyneuronautofit.optimisers.polish.distinct import DISTINCT
from pyneuronautofit.report.content import Content
from pyneuronautofit.report.findings.families import FoundFamily, families_of
from pyneuronautofit.report.findings.spread import space_of
from pyneuronautofit.report.templating import rendered
from pyneuronautofit.runs import column_names

# Okabe and Ito's colours, which people with any colour vision can tell apart, on light and dark.
_COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#56b4e9", "#e69f00")
_ALONE = "#999999"
# The drawing's size, in its own units, and the room for marks at its rim.
_WIDTH, _HEIGHT, _RIM = 520, 300, 12


def families(content: Content) -> Markup:
    """Return the section of families; nothing where too few models are good and distinct."""
    found = families_of(space_of(content.run), content.listed)
    if found is None:
        return Markup()
    names = column_names(content.run)[0]
    rows = [
        {
            "number": number + 1,
            "colour": _COLOURS[number % len(_COLOURS)],
            "n_model": family.n_model,
            "place": family.place,
            "row": int(content.listed.rows[family.place]),
            "total": f"{family.total:.4g}",
            "differs": _said(family, names),
        }
        for number, family in enumerate(found.families)
    ]
    marks = [
        {
            "x": round(_RIM + float(x) * (_WIDTH - 2 * _RIM), 1),
            "y": round(_HEIGHT - _RIM - float(y) * (_HEIGHT - 2 * _RIM), 1),
            "colour": _ALONE if label < 0 else _COLOURS[label % len(_COLOURS)],
        }
        for (x, y), label in zip(found.points, found.labels.tolist(), strict=True)
    ]
    return rendered(
        "families.html",
        below=f"{found.below:g}",
        n_model=len(found.labels),
        apart=f"{100 * DISTINCT:g}",
        n_alone=found.n_alone,
        silhouette=f"{found.silhouette:.2f}",
        rows=rows,
        marks=marks,
        width=_WIDTH,
        height=_HEIGHT,
        explained=[f"{100 * share:.0f}" for share in found.explained],
    )


def _said(family: FoundFamily, names: list[str]) -> str:
    return "; ".join(
        f"{names[column]} {100 * abs(shift):.0f} % {'higher' if shift > 0 else 'lower'}"
        for column, shift in family.differs
    )
