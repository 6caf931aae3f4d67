"""`populations RUN|DATABASE...`: how many distinct models there are, and in which families."""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from pyneuronautofit._options import MODEL, RUN, above, at_least, one_of, option, same_option
from pyneuronautofit._plugins import is_code
from pyneuronautofit._text import shortened
from pyneuronautofit._words import READ, WRITTEN, real, text, whole
from pyneuronautofit.cli.databases.plot_parmdist import PlotParmdistConfig
from pyneuronautofit.cli.databases.probing import channel_folders
from pyneuronautofit.cli.outputs import check_outputs
from pyneuronautofit.cli.parser import parse_config
from pyneuronautofit.cli.runs.collect import CollectConfig
from pyneuronautofit.cli.screen import Screen
from pyneuronautofit.database import Selection
from pyneuronautofit.database.labels import Units, find_units
from pyneuronautofit.database.populations import Measure, chosen_of, is_run, joined
from pyneuronautofit.database.populations.families import LEAST_MODELS
from pyneuronautofit.database.populations.study import PopulationStudy, study
from pyneuronautofit.database.tools.distributions import ParameterSample, components, densities
from pyneuronautofit.errors import DatabaseError, UsageError
from pyneuronautofit.optimisers.polish.distinct import DISTINCT
from pyneuronautofit.plots import (
    check_figure_path,
    components_size,
    distributions_size,
    draw_components,
    draw_distributions,
    draw_population,
    open_figure,
    population_size,
    write_figure,
)
from pyneuronautofit.sessions.logs import logging_to_screen

DESCRIPTION = """Says how many distinct models there are, in which families, and how cells differ.

Models of runs, finished or not, are the non-dominated ones unless --max or --best chooses; of a
database all. They are distinct if they are far enough from all better ones, and families are parts
that a gap parts from the others."""

# So many models more than groups say how the models of a group differ.
_LEAST_WITHIN = 2
# A figure of distributions needs so many models, and so does one of components.
_LEAST_DRAWN = 3
_FEW = "of runs the non-dominated ones; --max or --best chooses among all evaluations"


def _measure(word: str) -> Measure:
    """Read `V=1,2,5`, or `1,2,5` for levels of the weighted sum."""
    code, sign, numbers = word.rpartition("=")
    try:
        levels = tuple(sorted(real(number) for number in numbers.split(",")))
        if not sign or is_code(code):
            return Measure(code if sign else None, levels)
    except argparse.ArgumentTypeError:
        pass
    raise argparse.ArgumentTypeError(
        f"{shortened(repr(word))}: expected levels of the weighted sum such as 1,2,5, or of a "
        "mode's sum such as V=1,2,5"
    )


@dataclass(frozen=True, kw_only=True)
class PopulationsConfig:
    """Which models, and what is said of them."""

    sources: tuple[str, ...] = option(
        (),
        group="",
        metavar="RUN|DATABASE",
        parse=READ,
        help="stamps of runs, their .sqlite files, model databases or files of runs",
    )
    out: str | None = option(
        None,
        "-o",
        "--out",
        group=RUN,
        metavar="FILE",
        parse=WRITTEN,
        help="a figure (.pdf, .svg, .png, ...); beside it the densities of the parameters, with "
        "-kde before the suffix, their principal components (-pca), and where there are several "
        "groups those within them (-within)",
    )
    as_json: bool = option(False, "--json", group=RUN, help="print JSON instead of tables")
    thresholds: tuple[tuple[str, float], ...] = same_option(CollectConfig, "thresholds")
    best: int | None = same_option(CollectConfig, "best")
    non_dominated: bool = same_option(CollectConfig, "non_dominated")
    below: Measure | None = option(
        None,
        "--below",
        group=MODEL,
        metavar="[MODE=]X,..",
        parse=_measure,
        help="levels up to which distinct models are counted, of the weighted sum (1,2,5) or of a "
        "mode's sum (V=1,2,5); the better by it represents near ones (default: the mode of --max "
        "where that names one, else the weighted sum)",
    )
    distance: float = same_option(
        CollectConfig,
        "distance",
        default=DISTINCT,
        check=above(0, 1),
        help="models are distinct that are so far from all better ones: the root mean square of "
        "the parameters' differences (of logarithms for 'log' ones), each by its range",
    )
    least: int = option(
        LEAST_MODELS,
        "--least",
        group=MODEL,
        metavar="N",
        parse=whole,
        check=at_least(2),
        help="how many models a family has at least",
    )
    by: str | None = option(
        None,
        "--by",
        group=MODEL,
        metavar="GROUPS",
        parse=text,
        check=one_of("cells", "families"),
        help="what is coloured in -kde and -pca: cells, or families (default: cells where there "
        "are several)",
    )
    project: str | None = same_option(PlotParmdistConfig, "project")


def run(argv: Sequence[str], prog: str) -> int:
    """Look at a population, print and draw, and return the exit code."""
    config = parse_config(PopulationsConfig, argv, prog, DESCRIPTION)
    if not config.sources:
        raise UsageError("expected one run or model database, or more")
    out = None if config.out is None else Path(config.out)
    beside = [] if out is None else [_beside(out, kind) for kind in ("kde", "pca", "within")]
    if out is not None:
        check_figure_path(out)
    check_outputs(config, writes=beside)
    selection = Selection(dict(config.thresholds), config.best, config.non_dominated)
    with logging_to_screen("INFO"):
        points = joined([chosen_of(name, selection) for name in dict.fromkeys(config.sources)])
        found = study(points, distance=config.distance, least=config.least, measure=_asked(config))
    screen = Screen(config.out)
    if config.as_json:
        screen.print_lines(json.dumps(found.as_json(), indent=1))
    else:
        few = not selection.everything and any(map(is_run, config.sources))
        for line in lines_of(found, _FEW if few else ""):
            screen.print(line, soft_wrap=True, markup=False, highlight=False)
    if out is not None:
        written = _draw(found, config, out, find_units(channel_folders(config.project)))
        if not config.as_json:
            names = ", ".join(map(str, written))
            screen.print(f"figures: {names}", soft_wrap=True, markup=False, highlight=False)
    return 0


def _asked(config: PopulationsConfig) -> Measure:
    """Return what is counted below levels."""
    if config.below is not None:
        return config.below
    codes = [code for code, _limit in config.thresholds]
    return Measure(codes[0] if len(codes) == 1 else None)


def _beside(out: Path, kind: str) -> Path:
    return out.with_name(f"{out.stem}-{kind}{out.suffix}")


def lines_of(found: PopulationStudy, chosen: str = "") -> Iterator[str]:
    """Yield what is said of a population, line by line.

    Parameters
    ----------
    chosen
        Which models are looked at, in words; empty: they were named.
    """
    points, families = found.points, found.families
    sources = ", ".join(points.sources)
    yield f"{sources}: {found.n_chosen} models, {len(points)} of them distinct"
    if chosen:
        yield f"  ({chosen})"
    yield f"  (at least {100 * found.distance:g} % of the ranges apart, root of the mean square)"
    if found.levels:
        said = ", ".join(f"{each.n_model} up to {each.level:g}" for each in found.levels)
        least = found.merits[0]
        yield f"by {found.measure.name}: {said}; the least is {least:.4g}"
    else:
        yield f"by {found.measure.name}: nobody says, so levels are not counted"
    if len(points.cells) > 1:
        for name, n_model, n_family in found.of_cells():
            kinds = "1 family" if n_family == 1 else f"{n_family} families"
            yield f"  {n_model:5d} of {name}, in {kinds}"
    yield from _family_lines(found)
    if families.n_family == 1:
        yield "no gap parts the models: they are one family, a continuum as far as can be seen"
    elif not families.n_family:
        yield f"fewer than {families.least} models: families are not sought (--least)"
    for name, shares in (("cells", found.between_cells), ("families", found.between_families)):
        # Of about as many groups as models, all variance is between them, whatever they are.
        if shares is not None and shares.n_model >= shares.n_group + _LEAST_WITHIN:
            yield (
                f"variance between {name}: {100 * shares.whole:.0f} % of all "
                f"(by chance {100 * shares.by_chance:.0f} %)"
            )
            order = sorted(
                (k for k, share in enumerate(shares.of_parameters) if share >= shares.by_chance),
                key=lambda k: -shares.of_parameters[k],
            )
            for k in order[:5]:
                yield f"  {100 * shares.of_parameters[k]:3.0f} %  {points.parameters[k].name}"


def _family_lines(found: PopulationStudy) -> Iterator[str]:
    families, points = found.families, found.points
    if families.n_family > 1:
        yield f"families: {families.n_family} (silhouette {families.silhouette:.2f})"
    for family, size in enumerate(families.sizes):
        best = found.best_of(family)
        place = f"{points.numbers[best]} of {points.sources[points.source[best]]}"
        merit = found.merits[best]
        scored = f", {found.measure.name} {merit:.4g}" if merit == merit else ""  # noqa: PLR0124 (nan)
        yield f"  family {family + 1}: {size} models; the best is {place}{scored}"
        # What is not in the only family are single models.
        for column, shift in found.said_of(family) if families.n_family > 1 else ():
            way = "higher" if shift > 0 else "lower"
            name = points.parameters[column].name
            yield f"    {name}: {100 * abs(shift):.0f} % of its range {way} than in the others"
    if families.n_alone:
        yield f"  {families.n_alone} by themselves"


def _draw(found: PopulationStudy, config: PopulationsConfig, out: Path, units: Units) -> list[Path]:
    """Write the figures, and return their names."""
    n_model = len(found.points)
    heading = f"{', '.join(found.points.sources)}: {n_model} distinct models"
    figure = open_figure(population_size(len(found.points.parameters)), out)
    draw_population(figure, found.picture(units), heading)
    write_figure(figure, out)
    written = [out]
    by = config.by or ("cells" if len(found.points.cells) > 1 else "families")
    sample = found.sample(by)
    if n_model < _LEAST_DRAWN:
        return written
    shown = densities(sample, units, bounds=True)
    names = sample.group_labels
    figure = open_figure(distributions_size(len(shown)), out)
    draw_distributions(figure, shown, names if len(names) > 1 else (), heading)
    written.append(_beside(out, "kde"))
    write_figure(figure, written[-1])
    pictures = [("pca", sample, heading)]
    if len(names) > 1:
        pictures.append(("within", sample.within_groups(), f"{heading}, within {by}"))
    for kind, points, title in pictures:
        written += _draw_components(points, title, _beside(out, kind))
    return written


def _draw_components(sample: ParameterSample, heading: str, path: Path) -> list[Path]:
    """Draw principal components; nothing where models do not differ in two directions."""
    try:
        found = components(sample)
    except DatabaseError:
        return []
    figure = open_figure(components_size(found.scores.shape[1]), path)
    draw_components(figure, found, sample.group_labels, heading)
    write_figure(figure, path)
    return [path]
