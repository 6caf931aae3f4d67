"""Commands whose probes answer what a test wants, at once."""

from __future__ import annotations

from contextlib import contextmanager
from types import SimpleNamespace

from database._made import FakeProbe
from pyneuronautofit.models import CellSource

SOURCE = CellSource(None, None, None)


@contextmanager
def probing(monkeypatch, module, answer, **how):
    """Let a command ask a probe that answers by the length of a model's soma.

    Yields what the command asked for: the probe, its test, its options, and the project.
    """
    asked = SimpleNamespace(probe=None, test=None, options=None, project="nobody asked")

    def build_probe(source, test, options):
        assert source is SOURCE
        asked.test, asked.options = test, options
        asked.probe = FakeProbe(lambda length: answer(test, length), **how)
        return asked.probe

    def model_of(config, _stored, _where):
        asked.project = config.project_path()
        return SimpleNamespace(cell_source=SOURCE)

    with monkeypatch.context() as patch:
        patch.setattr(module, "build_probe", build_probe)
        patch.setattr(module, "model_of", model_of)
        yield asked
