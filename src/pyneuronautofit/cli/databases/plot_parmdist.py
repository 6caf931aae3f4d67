"""`plot-parmdist DATABASE`: how the parameters of a database are distributed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from pyneuronautofit._options import MODEL, RUN
from pyneuronautofit._words import MODEL_FILES, WRITTEN, text
from pyneuronautofit.cli.databases.probing import DatabaseOptions, channel_folders
from pyneuronautofit.cli.outputs import check_outputs
from pyneuronautofit.cli.parser import parse_config
from pyneuronautofit.cli.screen import Screen
from pyneuronautofit.database import parse_selection, read_database
from pyneuronautofit.database.labels import find_units
from pyneuronautofit.database.tools.distributions import components, densities, population_of
from pyneuronautofit.fitting import option
from pyneuronautofit.plots import (
    check_target,
    components_size,
    distributions_size,
    draw_components,
    draw_distributions,
    open_figure,
    show_figures,
    write_figure,
)
from pyneuronautofit.sessions.logs import logging_to_screen

DESCRIPTION = """Plots the distributions of the parameters of a database, in two figures.

The first has a kernel density (Gaussian, 21 points) of every parameter, of all models and of the
models of each target. The second has the principal components of the standardised parameters:
every pair of six, coloured by target, the singular values, and the explained variance. Parameters
that are searched as logarithms are plotted so."""


@dataclass(frozen=True, kw_only=True)
class PlotParmdistConfig(DatabaseOptions):
    """Two figures of distributions."""

    out: str | None = option(
        None,
        "-o",
        "--out",
        group=RUN,
        metavar="FILE",
        parse=WRITTEN,
        help="where to write: the densities to FILE (.pdf, .svg, .png, ...), the components beside "
        "it, with -pca before the suffix (default: they are shown)",
    )
    bounds: bool = option(
        False, "--bounds", group=MODEL, help="show between which bounds parameters were searched"
    )
    selection: str | None = option(
        None,
        "--models",
        group=MODEL,
        metavar="IDS",
        parse=text,
        help="ids or half-open ranges of ids such as 0,3,10:20 (default: all)",
    )
    project: str | None = option(
        None,
        "--project",
        group=MODEL,
        metavar="PATH",
        parse=MODEL_FILES,
        help="a project.py or its folder, whose .mod files say the units of parameters (default: "
        "the working directory)",
    )


def run(argv: Sequence[str], prog: str) -> int:
    """Plot, and return the exit code."""
    config = parse_config(PlotParmdistConfig, argv, prog, DESCRIPTION)
    out = None if config.out is None else Path(config.out)
    beside = None if out is None else out.with_name(f"{out.stem}-pca{out.suffix}")
    check_target(out)
    check_outputs(config, writes=[] if beside is None else [beside])
    with logging_to_screen("INFO"):
        database = read_database(Path(config.database))
        if config.selection is not None:
            database = database.select(parse_selection(config.selection))
        population = population_of(database)
        units = find_units(channel_folders(config.project))
        shown = densities(population, units, bounds=config.bounds)
        found = components(population)
    heading = f"{database.path.name}: {len(population.coordinates)} models"
    labels = population.group_labels
    first = open_figure(distributions_size(len(shown)), out)
    draw_distributions(first, shown, labels if len(labels) > 1 else (), heading)
    second = open_figure(components_size(found.scores.shape[1]), out)
    draw_components(second, found, labels, heading)
    if out is None or beside is None:
        show_figures()
        return 0
    write_figure(first, out)
    write_figure(second, beside)
    Screen().print(f"densities in {out}, components in {beside}", soft_wrap=True)
    return 0
