"""What the package `sbi` needs for simulation-based inference: prior, simulations, observation."""

from pyneuronautofit.fitting.for_sbi.options import SbiOptions as SbiOptions
from pyneuronautofit.fitting.for_sbi.simulating import SbiData as SbiData
from pyneuronautofit.fitting.for_sbi.simulating import simulate_prior as simulate_prior
from pyneuronautofit.fitting.for_sbi.writing import Inference as Inference
from pyneuronautofit.fitting.for_sbi.writing import files_of as files_of
from pyneuronautofit.fitting.for_sbi.writing import head_of as head_of
from pyneuronautofit.fitting.for_sbi.writing import said_of as said_of
from pyneuronautofit.fitting.for_sbi.writing import write_folder as write_folder
