"""Every difference between a run and what it would go on with is refused, and named."""

from __future__ import annotations

import copy
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest

from pyneuronautofit.errors import RunError
from pyneuronautofit.fitting import changed_versions, check_files, check_same, check_simulator
from runs._made import make_info

IDENTITY = {
    "recording": "0123456789abcdef",
    "model": {"project.py": "1", "mods/kd.mod": "2"},
    "versions": {"neuron": "9.0", "numpy": "2.0", "processor": "one of ours"},
}
HEADER = make_info().header


def opened(*, simulator="batch, 8 lanes", **changed):
    """What a run would go on with."""
    return SimpleNamespace(
        problem=SimpleNamespace(simulator=SimpleNamespace(description=simulator)),
        recording=Path("/r/cell.abf"),
        identity={**copy.deepcopy(IDENTITY), **changed},
    )


def begun(simulators=("batch, 4 lanes",), **changed):
    """What a run was begun with; the simulators of its sessions."""
    return SimpleNamespace(
        path=Path("/out/mine.sqlite"),
        header=HEADER,
        info=SimpleNamespace(identity={**copy.deepcopy(IDENTITY), **changed}),
        sessions=[SimpleNamespace(content={"simulator": each}) for each in simulators],
    )


def refusal(check, *arguments):
    with pytest.raises(RunError) as refused:
        check(*arguments)
    return str(refused.value)


def others(**changed):
    return {**IDENTITY["versions"], **changed}


def test_the_same_is_not_refused():
    check_same(begun(), opened(), HEADER)
    check_files(begun(), opened())
    check_simulator(begun(), opened())
    assert changed_versions(begun(), opened()) == []


def test_another_recording():
    now = opened(recording="fedcba9876543210")
    text = refusal(check_same, begun(), now, HEADER)
    assert text.startswith(
        "mine cannot be continued: the recording /r/cell.abf is not the file that it was begun "
        "with (SHA-256 0123456789ab.. then, fedcba987654.. now). A run is continued with what it "
        "was begun with; or start a new one"
    )
    assert text.endswith("-I /out/mine.sqlite")
    again = refusal(check_files, begun(), now)
    assert again.startswith("mine cannot be simulated again: the recording /r/cell.abf is not")
    assert again.endswith("Restore what the run was begun with")


@pytest.mark.parametrize(
    ("files", "named"),
    [
        ({"project.py": "1", "mods/kd.mod": "3"}, "mods/kd.mod"),
        ({"project.py": "1"}, "mods/kd.mod"),
        ({"project.py": "1", "mods/kd.mod": "2", "new.hoc": "4"}, "new.hoc"),
    ],
)
def test_another_model(files, named):
    for text in (
        refusal(check_same, begun(), opened(model=files), HEADER),
        refusal(check_files, begun(), opened(model=files)),
    ):
        assert f": files of the model have changed: {named}. " in text


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"version": "1.3"}, "the model's version was 1.2 and is 1.3"),
        (
            {"parameters": [["soma.L", "lin", 1.0, 10.0], *HEADER.parameters[1:]]},
            "the searched parameters or their bounds (param_nslh) are others",
        ),
        (
            {"evaluation": {"mode": "OV", "mask": "[1]"}},
            "the evaluation is another one (its mask, -k, for instance)",
        ),
        (
            {"markers": ("O", "V", "V")},
            "the evaluation is another one (its mask, -k, for instance)",
        ),
    ],
)
def test_another_head(changed, said):
    text = refusal(check_same, begun(), opened(), replace(HEADER, **changed))
    assert text.startswith(f"mine cannot be continued: {said}. A run")


def test_an_older_head_says_less_of_the_evaluation():
    said = HEADER.evaluation
    now = replace(HEADER, evaluation={**said, "newer": 3})
    check_same(begun(), opened(), now)
    # But what it said and is not said any more is a difference.
    text = refusal(
        check_same, begun(), opened(), replace(HEADER, evaluation={"mode": said["mode"]})
    )
    assert "the evaluation is another one" in text


def test_what_else_stands_in_a_head_may_differ():
    now = replace(HEADER, command="another one", target="copy.abf", program="a later one")
    check_same(begun(), opened(), now)


def test_other_versions_unless_extended():
    now = {"versions": others(numpy="2.1", moocore="0.2")}
    text = refusal(check_same, begun(), opened(**now), HEADER)
    assert (
        "continued: numpy was 2.0 and is 2.1, moocore was not known and is 0.2 (--extend would "
        "allow that). "
    ) in text
    check_same(begun(), opened(**now), HEADER, extend=True)
    check_files(begun(), opened(**now))
    assert changed_versions(begun(), opened(**now)) == [
        "numpy was 2.0 and is 2.1",
        "moocore was not known and is 0.2",
    ]


def test_what_extending_does_not_allow():
    with pytest.raises(RunError) as refused:
        check_same(begun(), opened(model={}), HEADER, extend=True)
    text = str(refused.value)
    assert "files of the model have changed: mods/kd.mod, project.py. " in text


def test_another_processor_is_told_but_not_refused():
    now = opened(versions=others(processor="theirs", numpy="3"))
    text = refusal(check_same, begun(), now, HEADER)
    assert "processor" not in text
    check_same(begun(), opened(versions=others(processor="theirs")), HEADER)
    assert changed_versions(begun(), now) == [
        "numpy was 2.0 and is 3",
        "processor was one of ours and is theirs",
    ]


def test_all_differences_are_said_at_once():
    now = opened(recording="f" * 16, model={}, versions=others(neuron="9.1"))
    text = refusal(check_same, begun(), now, replace(HEADER, version="2"))
    parts = text.removeprefix("mine cannot be continued: ").partition(". A run")[0].split("; ")
    assert [part.split()[:3] for part in parts] == [
        ["the", "recording", "/r/cell.abf"],
        ["files", "of", "the"],
        ["the", "model's", "version"],
        ["neuron", "was", "9.0"],
    ]


def test_another_simulator():
    # The first session decides, and the first word: how many lanes there are decides nothing.
    run = begun(["batch, 4 lanes", "neuron, 2 processes"])
    check_simulator(run, opened())
    text = refusal(check_simulator, run, opened(simulator="neuron, 1 process"))
    assert text == (
        "mine cannot be continued: it was simulated by another simulator (batch, 4 lanes) than "
        "would be used now (neuron, 1 process); --extend would allow that"
    )
    check_simulator(run, opened(simulator="neuron"), extend=True)


@pytest.mark.parametrize("sessions", [[], [""]])
def test_where_nobody_says_what_simulated_nothing_is_refused(sessions):
    check_simulator(begun(sessions), opened(simulator="neuron"))
