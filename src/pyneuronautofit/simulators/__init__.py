"""Simulators: parameters in, voltages on the recording's clock out."""

from pyneuronautofit.codegen.compile import Precision as Precision
from pyneuronautofit.simulators._base import HasFinerSteps as HasFinerSteps
from pyneuronautofit.simulators._base import RunStatus as RunStatus
from pyneuronautofit.simulators._base import Simulator as Simulator
from pyneuronautofit.simulators._base import TraceBlock as TraceBlock
from pyneuronautofit.simulators._base import Traces as Traces
from pyneuronautofit.simulators._base import gather as gather
from pyneuronautofit.simulators.agreement import Agreement as Agreement
from pyneuronautofit.simulators.agreement import compare_sweep as compare_sweep
from pyneuronautofit.simulators.agreement import worst as worst
from pyneuronautofit.simulators.experiment import DEFAULT_DT_MS as DEFAULT_DT_MS
from pyneuronautofit.simulators.experiment import Clock as Clock
from pyneuronautofit.simulators.experiment import Experiment as Experiment
from pyneuronautofit.simulators.experiment import make_clock as make_clock
from pyneuronautofit.simulators.experiment import plan_experiment as plan_experiment
from pyneuronautofit.simulators.integrators import Adaptive as Adaptive
from pyneuronautofit.simulators.integrators import finer_tolerances as finer_tolerances
from pyneuronautofit.simulators.lanes.simulator import BatchSimulator as BatchSimulator
from pyneuronautofit.simulators.neuron.simulator import NeuronSimulator as NeuronSimulator
from pyneuronautofit.simulators.options import SimulationOptions as SimulationOptions
from pyneuronautofit.simulators.preferred import PreferredSimulator as PreferredSimulator
from pyneuronautofit.simulators.processes.cores import available_cores as available_cores
