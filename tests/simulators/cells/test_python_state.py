"""What a cell holds in Python is set back."""

from __future__ import annotations

import numpy as np

from pyneuronautofit.simulators.cells.python_state import PythonState


class Holder:
    def __init__(self):
        self.number, self.names = 1.0, ["a", "b"]
        self.by_name = {"x": [1, 2], "self": self}
        self.members, self.pair = {1, 2}, ([3], 4)
        self.array = np.arange(3.0)
        self.module, self.kind = np, Holder


def state_of(holder):
    return (
        holder.number, list(holder.names), list(holder.by_name["x"]), set(holder.members),
        list(holder.pair[0]), holder.array.tolist(), sorted(vars(holder)),
    )  # fmt: skip


def test_everything_that_it_holds():
    holder = Holder()
    before, names = state_of(holder), holder.names
    state = PythonState(holder)
    for _time in range(2):
        holder.number, holder.more = 2.0, 3
        holder.names.append("c")
        holder.by_name["x"][0] = 9
        holder.by_name["y"] = 1
        holder.members.clear()
        holder.pair[0].pop()
        holder.array[:] = -1.0
        del holder.kind
        holder.names = ["new"]
        assert state_of(holder) != before
        state.set_back()
        assert state_of(holder) == before
        assert holder.names is names
        assert "y" not in holder.by_name
