"""Figures: plain arrays in, drawn axes or written files out. matplotlib lives here alone."""

from pyneuronautofit.plots.traces import check_figure_path as check_figure_path
from pyneuronautofit.plots.traces import draw_sweep as draw_sweep
from pyneuronautofit.plots.traces import save_comparison as save_comparison
