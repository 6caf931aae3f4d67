"""The options that say how models are simulated."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from pyneuronautofit._native import isa
from pyneuronautofit._options import MODEL, RUN, Resumed, above, between, one_of, option
from pyneuronautofit._words import real, text, whole
from pyneuronautofit.errors import UsageError
from pyneuronautofit.models.options import ProjectOptions
from pyneuronautofit.simulators.experiment import DEFAULT_DT_MS
from pyneuronautofit.simulators.integrators import Adaptive

# The longest that the system waits: it counts milliseconds in 32 bits.
_LONGEST_S = 1_000_000.0


@dataclass(frozen=True, kw_only=True)
class SimulationOptions(ProjectOptions):
    """How models are simulated."""

    temperature_degC: float = option(
        35.0,
        "-q",
        "--temperature",
        group=MODEL,
        metavar="TEMP",
        parse=real,
        check=between(-20, 100),
        help="temperature, degC",
    )
    simulator: str | None = option(
        None,
        "--simulator",
        group=RUN,
        metavar="NAME",
        parse=text,
        check=one_of("batch", "neuron"),
        help="batch: generated code, many candidates at a time; neuron: the reference (default: "
        "batch, and neuron for a model that it cannot simulate)",
    )
    integrator: str | None = option(
        None,
        "--integrator",
        group=RUN,
        metavar="NAME",
        parse=text,
        check=one_of("fixed", "adaptive"),
        help="adaptive: steps as long as the voltage allows, each cell its own; fixed: NEURON's "
        "steps, of --dt (default: adaptive for a fit with the batch simulator, unless --dt is "
        "given; fixed for everything else)",
    )
    tolerance_mV: float | None = option(
        None,
        "--tolerance",
        group=RUN,
        metavar="MV",
        parse=real,
        check=between(1e-5, 1.0),
        help="error bound of an adaptive step, mV (default 0.003)",
    )
    precision: str = option(
        "double",
        "--precision",
        group=RUN,
        metavar="NAME",
        parse=text,
        check=one_of("double", "single"),
        help="number format of the batch simulator: double, or single, which is faster",
    )
    isa: str = option(
        isa.NATIVE,
        "--isa",
        group=RUN,
        metavar="LEVEL",
        parse=text,
        check=one_of(*isa.CHOICES),
        resumed=Resumed.EXTENDED,
        help="what is computed with: x86-64-v3 (AVX2) or x86-64-v4 (AVX-512) gives the same bits "
        "on all processors that have it; native: all that this one has, which may be faster",
    )
    n_worker: int | None = option(
        None,
        "-n",
        "--number-threads",
        group=RUN,
        metavar="NTH",
        parse=whole,
        check=between(1, 1024),
        resumed=Resumed.FREE,
        help="number of threads, and of NEURON processes (default: all cores)",
    )
    dt: float | None = option(
        None,
        "--dt",
        group=RUN,
        metavar="SIMDT",
        parse=real,
        help="if positive absolute simulation dt in ms; if negative scaler for recorded dt "
        "(default 0.025, where steps are fixed)",
    )
    time_limit_s: float | None = option(
        None,
        "--time-limit",
        group=RUN,
        metavar="S",
        parse=real,
        check=above(0, _LONGEST_S),
        resumed=Resumed.EXTENDED,
        help="a candidate whose simulation takes longer is given up (default: a minute and a "
        "hundred times what is usual)",
    )

    #: Whether a simulation has adaptive steps where nothing else is asked for.
    adaptive_by_default: ClassVar[bool] = False

    @property
    def adaptive(self) -> Adaptive | None:
        """The adaptive integrator, or None: the fixed step.

        Raises
        ------
        UsageError
            If options contradict each other.
        """
        if self.integrator == "adaptive":
            self._refuse_adaptive()
        by_default = self.adaptive_by_default and self.dt is None and self.simulator != "neuron"
        chosen = self.integrator or ("adaptive" if by_default else "fixed")
        if chosen == "fixed":
            if self.tolerance_mV is not None:
                raise UsageError(
                    f"--tolerance {self.tolerance_mV:g} is for the adaptive integrator, but steps "
                    "are fixed here: leave it out, or ask for --integrator adaptive"
                )
            return None
        return Adaptive() if self.tolerance_mV is None else Adaptive(self.tolerance_mV)

    @property
    def step_ms(self) -> float | None:
        """The time step as `plan_experiment` takes it; None: as adaptive steps want it."""
        if self.adaptive is not None:
            return None
        return DEFAULT_DT_MS if self.dt is None else self.dt

    def _refuse_adaptive(self) -> None:
        if self.dt is not None:
            raise UsageError(
                f"--dt {self.dt:g} is the length of fixed steps, and --integrator adaptive chooses "
                "the length of its own: leave out one of them"
            )
        if self.simulator == "neuron":
            raise UsageError(
                "--integrator adaptive is the batch simulator's; NEURON takes fixed steps here: "
                "leave out --simulator neuron, or --integrator adaptive"
            )
