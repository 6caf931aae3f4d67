"""What was found about parameters, as lines of text."""

from __future__ import annotations

from collections.abc import Sequence

from pyneuronautofit._text import quoted
from pyneuronautofit.certainty.findings import (
    NOT_AT_ITS_MINIMUM,
    Certainty,
    ParameterCertainty,
)
from pyneuronautofit.certainty.profiling.profile import THRESHOLD_68, THRESHOLD_95, Profile
from pyneuronautofit.certainty.scales import ResidualScale

_MOST_DIRECTIONS, _MOST_PAIRS = 8, 12
# A model that misses more than so many times the noise is not as good as one can be.
_FAR_ABOVE = 5.0


def certainty_lines(found: Certainty) -> list[str]:
    """Return what was found about parameters, a line of a screen each."""
    models = quoted(map(str, found.rows.tolist()))
    lines = [
        f"evaluation(s) {models}; {found.n_evaluation} simulated for this",
        scale_line(found.scale),
        *noise_lines(found.above_noise),
        *([_rise_line(found.start_rise)] if found.start_rise > NOT_AT_ITS_MINIMUM else []),
        "",
        *_table(
            ("parameter", "value", "95 % from", "to", "+- % of range", "alone", ""),
            [_row(each) for each in found.parameters],
        ),
    ]
    lines += ["", "what the data leave open, the sloppiest first:"]
    lines += [f"  {each.text}" for each in found.sloppy[:_MOST_DIRECTIONS]] or ["  nothing"]
    lines += ["what they fix best:"]
    lines += [f"  {each.text}" for each in found.stiff[:3]] or ["  nothing"]
    if found.pairs:
        lines += ["pairs that make up for each other:"]
        lines += [
            f"  {pair.text} (correlation {pair.correlation:+.3f})"
            for pair in found.pairs[:_MOST_PAIRS]
        ]
        if len(found.pairs) > _MOST_PAIRS:
            lines.append(f"  and {len(found.pairs) - _MOST_PAIRS} more")
    if found.constant:
        lines.append(f"not looked at (constant, or whole numbers): {quoted(found.constant)}")
    return lines


def _rise_line(rise: float) -> str:
    return (
        f"the run's own model was not at its minimum: with the steps taken here its sum of squares "
        f"is {rise:.3g} above that of the fitted-again one (3.84 ends an interval of 95 %)"
    )


def scale_line(scale: ResidualScale) -> str:
    """Say what uncertainties are measured by."""
    size = f"{scale.variance:.3g}"
    if scale.source == "misfit":
        return (
            f"scale {size}: what the best of them misses, in {scale.n_independent:.0f} independent "
            "residuals"
        )
    if scale.source == "noise":
        return f"scale {size}: the noise of the recording, as if the model had no faults"
    return f"scale {size}, as given"


def noise_lines(above: float | None) -> list[str]:
    """Say that models miss far more than noise, where they do: then all of this is local."""
    if above is None or above <= _FAR_ABOVE:
        return []
    return [
        f"the models miss {float(f'{above:.2g}'):,.0f} times what the recording's noise would (the "
        "variance of what parameters change, no score in noise floors): a better one may be "
        "elsewhere, outside these intervals"
    ]


def profile_lines(found: Profile) -> list[str]:
    """Return what a profile says, a line of a screen each."""
    best = found.points[found.best].value
    n = len(found.points)
    lines = [
        f"{found.name}: best at {best:.6g} (before: {found.start:.6g}); {n} values, "
        f"{found.n_evaluation} evaluations",
        scale_line(found.scale),
    ]
    for part, threshold in (("68 %", THRESHOLD_68), ("95 %", THRESHOLD_95)):
        low, high = found.interval(threshold)
        lines.append(f"{part}: {_end(low, found, 0)} to {_end(high, found, -1)}")
    if found.start_rise > NOT_AT_ITS_MINIMUM:
        lines.append(_rise_line(found.start_rise))
    if found.humps:
        values = ", ".join(f"{point.value:.6g}" for point in found.humps)
        lines.append(
            f"at {values} it is higher than farther out: another valley, or what could not be "
            "fitted, so an interval may be too narrow (more --points may help)"
        )
    if not found.complete:
        lines.append("interrupted: there would be more values, and some may fit better")
    rows = [(f"{point.value:.6g}", f"{point.rise:.4g}") for point in found.points]
    return [*lines, "", *_table(("value", "rise"), rows)]


def _end(value: float | None, found: Profile, place: int) -> str:
    """Return an end of an interval; or that it is open, and up to where that was looked at."""
    if value is not None:
        return f"{value:.6g}"
    last = found.points[place].value
    at_bound = found.points[place].at in (0.0, 1.0)
    return f"open ({'the bound ' if at_bound else 'looked at up to '}{last:.6g})"


def _row(each: ParameterCertainty) -> tuple[str, ...]:
    values = (each.value, each.low, each.high)
    percent = (100 * each.deviation, 100 * each.alone)
    return (
        each.name,
        *(f"{value:.4g}" for value in values),
        *(f"{value:.2g}" for value in percent),
        "; ".join(each.remarks),
    )


def _table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    """Return lines of columns: names to the left, numbers to the right."""
    whole = [heads, *rows]
    widths = [max(len(row[k]) for row in whole) for k in range(len(heads))]
    last = len(heads) - 1
    return [
        "  ".join(
            text.ljust(width) if k in (0, last) and last > 1 else text.rjust(width)
            for k, (text, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in whole
    ]
