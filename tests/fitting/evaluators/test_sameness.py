"""What makes a worker another one, said by what it is."""

from __future__ import annotations

import copy

import pytest

from pyneuronautofit.fitting.evaluators.sameness import (
    check_parts,
    differences,
    kernels_of,
    self_description,
)

from .made import IDENTITY, opened_fit


@pytest.fixture
def here():
    return {**self_description(opened_fit()), "kernels": [{"k": "1"}]}


def test_the_same_is_the_same(here):
    assert differences(here, copy.deepcopy(here) | {"host": "elsewhere"}) == []


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"versions": {**IDENTITY["versions"], "numpy": "3"}}, "its numpy is 3, and the head's 2"),
        ({"versions": {}}, "its numpy is missing, and the head's 2"),
        ({"recording": "c" * 64}, "the recording is another file there (SHA-256 cccccccccccc.., "),
        ({"beside": ["c" * 64]}, "a further recording is another file there"),
        ({"model": {"project.py": "c" * 64}}, "files of the model are others: project.py"),
        ({"model": {"mods/it.mod": "c" * 64}}, "files of the model are others: mods/it.mod, proj"),
        ({"plugins": {"-m {x}": "y"}}, "its plug-ins are others"),
        ({"libc": "glibc 2.0"}, "its C library is glibc 2.0, and the head's"),
        ({"cpu": "0", "versions": {**IDENTITY["versions"], "processor": "that one"}},
         "its CPU is of another kind (that one) than the head's (this one)"),
        ({"kernels": [{"k": "2"}]}, "its compiled kernel of the model is not the head's"),
        ({"kernels": [{}]}, "its compiled kernel of the model is not the head's"),
        ({"reference": ""}, "it scores the recording against 0 mV otherwise"),
        ({"weights": ""}, "it scores the recording against 0 mV otherwise"),
    ],
)  # fmt: skip
def test_each_difference_has_its_reason(here, changed, said):
    (found,) = differences(here, here | changed)[:1]
    assert said in found


def test_the_processor_alone_may_have_another_name(here):
    versions = {**IDENTITY["versions"], "processor": "another stepping"}
    assert differences(here, here | {"versions": versions}) == []


def test_what_is_no_description_is_no_silent_agreement(here):
    with pytest.raises((KeyError, TypeError)):
        differences(here, {})


def test_a_problem_without_generated_code_has_no_kernels():
    problem = opened_fit().problem
    check_parts(problem)
    assert kernels_of(problem) == [{}]
