"""Plug-ins that are given to a program, and to a command."""

from __future__ import annotations

import contextvars
import doctest

import pytest

from pyneuronautofit._plugins import given_plug_ins
from pyneuronautofit.errors import UsageError
from pyneuronautofit.objectives import ALL_MODES
from pyneuronautofit.optimisers import ALGORITHMS
from pyneuronautofit.plugins import activation, active_plugins, code_of, objective, use_files
from pyneuronautofit.recordings import READERS

FILE = '''
from pyneuronautofit.plugins import objective, reader, strategy

@objective
def peak(voltage_mV):
    """Highest voltage."""
    return voltage_mV.max(axis=1)

@strategy
def walk(x):
    return x

@reader(".zzz", name="ours")
def read(path):
    return path
'''


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "mine.py"
    path.write_text(FILE)
    return path


def test_the_examples():
    assert doctest.testmod(activation).failed == 0


def test_a_file_has_all_kinds(file):
    with active_plugins(files=[file]):
        assert ALL_MODES["{peak}"] == "Highest voltage"
        assert ALGORITHMS["{walk}"] == "walk"
        assert "ours" in READERS
    assert given_plug_ins() == ()


def test_a_command_uses_a_file_once(file):
    def inside():
        use_files([str(file), str(file)])
        use_files([f"{file.parent}/./mine.py"])
        return [each.name for each in given_plug_ins()]

    assert contextvars.copy_context().run(inside) == ["peak", "walk", "ours"]
    assert given_plug_ins() == ()


def test_functions_of_a_program_are_known_by_their_source():
    def top(voltage_mV):
        return voltage_mV.max(axis=1)

    same = "    def top(voltage_mV):\n        return voltage_mV.max(axis=1)\n"
    with active_plugins(objectives=[top]):
        (plug_in,) = given_plug_ins()
        assert plug_in.origin == "test_activation.py"
        assert plug_in.source().decode() == same
    with active_plugins(objectives=[objective(top)]):
        assert given_plug_ins()[0].source().decode() == same
    assert code_of(top) == code_of(objective(top)) == "{top}"


def test_what_was_typed_in_has_no_source():
    typed = {}
    exec("def typed(voltage_mV):\n    return voltage_mV.max()\n", typed)  # noqa: S102
    with active_plugins(objectives=[typed["typed"]]):
        (plug_in,) = given_plug_ins()
        assert plug_in.source() is None
        assert plug_in.identity.endswith("SHA-256 not known")


def test_blocks_are_in_each_other(file):
    with active_plugins(objectives=[objective(name="one")(lambda voltage_mV: 1.0)]):
        with active_plugins(files=[file]):
            assert {"{one}", "{peak}"} <= set(ALL_MODES)
        assert "{peak}" not in ALL_MODES
        with (
            pytest.raises(UsageError, match=r"mode \{one\} is there twice"),
            active_plugins(objectives=[objective(name="one")(lambda voltage_mV: 1.0)]),
        ):
            pass


@pytest.mark.parametrize("kind", ["objectives", "strategies", "readers"])
def test_what_is_none_is_refused_at_once(kind):
    given = {"objectives": (), "strategies": (), "readers": (), kind: (object(),)}
    with pytest.raises(UsageError, match="expected a function"), active_plugins(**given):
        pass
    assert given_plug_ins() == ()
