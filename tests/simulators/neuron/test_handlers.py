"""FInitializeHandlers end with the cells that have made them."""

from __future__ import annotations

import pytest
from neuron import h

from pyneuronautofit.errors import ModelError
from pyneuronautofit.simulators.neuron.handlers import Handlers


class Cell:
    def __init__(self, calls, way):
        def call():
            calls.append(self)

        made = h.FInitializeHandler(call if way == "function" else self.begin)
        self.calls = calls
        self.handlers = {"list": [made], "dict": {"one": made}}.get(way, made)

    def begin(self):
        self.calls.append(self)


@pytest.mark.parametrize("way", ["method", "function", "list", "dict"])
def test_a_handler_is_called_as_long_as_there_is_its_cell(way):
    handlers, calls = Handlers(h), []
    for number in range(3):
        handlers.begin()
        handlers.made(Cell(calls, way))
        h.finitialize()
        assert len(calls) == number + 1
    handlers.release()
    h.finitialize()
    assert len(calls) == 3


def test_those_of_a_spared_cell_go_on():
    handlers, calls = Handlers(h), []
    handlers.begin()
    handlers.made(Cell(calls, "method"))
    handlers.spare(kept=True)
    handlers.begin()
    handlers.made(Cell(calls, "method"))
    h.finitialize()
    assert len(calls) == 2
    handlers.release()
    h.finitialize()
    assert len(calls) == 3
    handlers.spare(kept=False)
    handlers.release()
    h.finitialize()
    assert len(calls) == 3


def test_what_was_there_before_is_left_alone():
    calls = []
    own = h.FInitializeHandler(lambda: calls.append(1))
    handlers = Handlers(h)
    handlers.begin()
    handlers.release()
    h.finitialize()
    assert calls == [1]
    del own


def test_one_that_somebody_else_keeps_is_refused():
    handlers, calls = Handlers(h), []
    handlers.begin()
    cell = Cell(calls, "method")
    hoard = [cell.handlers]
    handlers.made(cell)
    with pytest.raises(ModelError, match="is still there when its cell is gone"):
        handlers.begin()
    hoard.clear()
    handlers.begin()
