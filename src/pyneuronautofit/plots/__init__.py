"""Figures: plain arrays in, drawn axes or written files out. matplotlib lives here alone."""

from pyneuronautofit.plots.canvas import check_target as check_target
from pyneuronautofit.plots.canvas import open_figure as open_figure
from pyneuronautofit.plots.canvas import show_figures as show_figures
from pyneuronautofit.plots.canvas import write_figure as write_figure
from pyneuronautofit.plots.certainty import CertaintyDrawing as CertaintyDrawing
from pyneuronautofit.plots.certainty import draw_certainty as draw_certainty
from pyneuronautofit.plots.certainty import save_certainty as save_certainty
from pyneuronautofit.plots.components import Components as Components
from pyneuronautofit.plots.components import components_size as components_size
from pyneuronautofit.plots.components import draw_components as draw_components
from pyneuronautofit.plots.distributions import Density as Density
from pyneuronautofit.plots.distributions import distributions_size as distributions_size
from pyneuronautofit.plots.distributions import draw_distributions as draw_distributions
from pyneuronautofit.plots.populations import PopulationPicture as PopulationPicture
from pyneuronautofit.plots.populations import draw_population as draw_population
from pyneuronautofit.plots.populations import population_size as population_size
from pyneuronautofit.plots.profile import ProfileDrawing as ProfileDrawing
from pyneuronautofit.plots.profile import draw_profile as draw_profile
from pyneuronautofit.plots.profile import save_profile as save_profile
from pyneuronautofit.plots.recording import save_recording as save_recording
from pyneuronautofit.plots.steps import save_steps as save_steps
from pyneuronautofit.plots.sweeps import save_sweeps as save_sweeps
from pyneuronautofit.plots.traces import check_figure_path as check_figure_path
from pyneuronautofit.plots.traces import draw_sweep as draw_sweep
from pyneuronautofit.plots.traces import save_comparison as save_comparison
from pyneuronautofit.plots.trial import save_trial as save_trial
