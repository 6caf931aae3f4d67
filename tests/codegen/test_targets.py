"""What the kernels of every target are made of, and what is asked for travels to a worker."""

from __future__ import annotations

import pickle
from typing import get_args

import pytest

from pyneuronautofit.codegen.generate import GenerateKernel, generate_kernel
from pyneuronautofit.codegen.kinds import NodeKind
from pyneuronautofit.codegen.targets import TARGETS, TargetName
from pyneuronautofit.probes.batch.kernel import ProbeKernel
from pyneuronautofit.simulators.lanes.adaptive_kernel import AdaptiveKernel
from pyneuronautofit.simulators.lanes.kernel import Kernel

LEAK, CHANNELS = NodeKind(("pas",), ()), NodeKind(("hh",), ())
RECEIVING = """
NEURON { POINT_PROCESS Pulse NONSPECIFIC_CURRENT i }
PARAMETER { tau = 3 }
ASSIGNED { v i }
STATE { g }
INITIAL { g = 0 }
BREAKPOINT { SOLVE s METHOD cnexp i = g * v }
DERIVATIVE s { g' = -g / tau }
NET_RECEIVE(w) { g = g + w }
"""


def generated(target, receiving="", kinds=(LEAK, CHANNELS), mods=None):
    return generate_kernel(GenerateKernel(kinds, "double", target, receiving), mods)


def test_the_table_has_every_name_once():
    assert set(TARGETS) == set(get_args(TargetName))
    assert all(name == target.name for name, target in TARGETS.items())


def test_every_target_has_one_class_that_opens_its_kernels():
    assert [each.target for each in (Kernel, AdaptiveKernel, ProbeKernel)] == list(TARGETS)


@pytest.mark.parametrize("target", TARGETS)
def test_what_is_asked_for_can_be_sent(target):
    task = GenerateKernel((LEAK,), "single", target)
    assert pickle.loads(pickle.dumps(task)) == task


@pytest.mark.parametrize(
    ("target", "header", "end", "function"),
    [
        ("fixed", "driver.hpp", "KERNEL_LIBRARY(Kind0, Kind1)", "step("),
        ("adaptive", "adaptive/adaptive.hpp", "ADAPTIVE_LIBRARY(Kind0, Kind1)", "membrane("),
        ("probe", "advance.hpp", "PROBE_LIBRARY(Kind0, Kind1)", "step("),
    ],
)
def test_structs_are_joined_with_the_runtime_of_the_target(target, header, end, function):
    made = generated(target)
    assert f'#include "{header}"\n' in made.source
    assert made.source.rstrip().endswith(end)
    structs = made.source.split("struct Kind")[1:]
    assert [struct[0] for struct in structs] == ["0", "1"]
    assert all(f"static void {function}" in struct for struct in structs)
    owners = [{v.mechanism for v in kind if v.owner == "mechanism"} for kind in made.variables]
    assert owners == [{"pas"}, {"hh"}]


def test_states_are_kept_for_probes_alone():
    assert generated("fixed").states == generated("adaptive").states == ()
    leak, channels = generated("probe").states
    assert not any(own for _name, own in leak)
    assert sorted(name[-1] for name, own in channels if own) == ["h", "m", "n"]


def test_the_structs_of_the_fixed_step_are_those_of_probes():
    fixed, probe = generated("fixed").source, generated("probe").source
    assert fixed.replace("driver.hpp", "advance.hpp").replace("KERNEL_", "PROBE_") == probe


def test_an_event_can_come_in_probes_alone(tmp_path):
    (tmp_path / "pulse.mod").write_text(RECEIVING)
    kinds = (NodeKind(("pas",), (), ("Pulse#0",)),)
    assert "static void receive(" in generated("probe", "Pulse", kinds, tmp_path).source
    assert "static void receive(" not in generated("probe", "", kinds, tmp_path).source
    for target in ("fixed", "adaptive"):
        with pytest.raises(ValueError, match=f"no event can come .* target '{target}'.* 'Pulse'"):
            GenerateKernel(kinds, "double", target, "Pulse")
