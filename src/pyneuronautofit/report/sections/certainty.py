"""The section of the page that says how well the data fix the parameters."""

from __future__ import annotations

from markupsafe import Markup

from pyneuronautofit.certainty import ParameterCertainty, noise_lines, scale_line
from pyneuronautofit.report.content import Content
from pyneuronautofit.report.templating import rendered

_MOST_DIRECTIONS, _MOST_PAIRS = 8, 12


def certainty(content: Content) -> Markup:
    """Return the section; nothing where nobody has asked."""
    found = content.certainty
    if found is None:
        return Markup()
    if isinstance(found, str):
        return rendered("certainty.html", reason=found)
    return rendered(
        "certainty.html",
        reason="",
        models=", ".join(map(str, found.rows.tolist())),
        scale=scale_line(found.scale),
        warnings=noise_lines(found.above_noise),
        rows=[_row(each) for each in found.parameters],
        sloppy=[each.text for each in found.sloppy[:_MOST_DIRECTIONS]],
        stiff=[each.text for each in found.stiff[:3]],
        pairs=[
            f"{pair.text} (correlation {pair.correlation:+.3f})"
            for pair in found.pairs[:_MOST_PAIRS]
        ],
        constant=found.constant,
    )


def _row(each: ParameterCertainty) -> list[str]:
    return [
        each.name,
        *(f"{value:.4g}" for value in (each.value, each.low, each.high)),
        f"{100 * each.deviation:.2g}",
        "; ".join(each.remarks),
    ]
