"""Residuals: how a candidate misses the recording, as numbers that a local search can follow."""

from pyneuronautofit.objectives.residuals.bound import BoundResiduals as BoundResiduals
from pyneuronautofit.objectives.residuals.bound import bind_residuals as bind_residuals
from pyneuronautofit.objectives.residuals.given import GivenWeights as GivenWeights
from pyneuronautofit.objectives.residuals.given import read_weights as read_weights
from pyneuronautofit.objectives.residuals.joint import JointResiduals as JointResiduals
from pyneuronautofit.objectives.residuals.joint import joint_residuals as joint_residuals
from pyneuronautofit.objectives.residuals.weights import component_factors as component_factors
from pyneuronautofit.objectives.residuals.weights import component_weights as component_weights
from pyneuronautofit.objectives.residuals.weights import mode_weights as mode_weights
from pyneuronautofit.objectives.residuals.weights import sweep_factors as sweep_factors
from pyneuronautofit.objectives.residuals.weights import weighted_sums as weighted_sums
