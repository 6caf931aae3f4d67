"""Mechanisms that are written in a test, and what their statements do to numbers."""

from __future__ import annotations

import re
import textwrap

from pyneuronautofit.codegen.equations.execute import Executor
from pyneuronautofit.codegen.equations.solve import solve
from pyneuronautofit.codegen.ir.evaluate import evaluate
from pyneuronautofit.codegen.ir.graph import Graph
from pyneuronautofit.codegen.ir.node import inputs_of
from pyneuronautofit.codegen.nmodl import tree
from pyneuronautofit.codegen.nmodl.syntax import read_mechanism

HEAD = "NEURON { SUFFIX written }\n"


def read(folder, text, head=HEAD):
    """Return the mechanism of a text."""
    path = folder / "written.mod"
    path.write_text(head + textwrap.dedent(text))
    return read_mechanism(path)


class Run:
    """Executes blocks of a mechanism, and evaluates the variables for numbers."""

    def __init__(self, mechanism, *, single=False):
        self.graph = Graph(lambda _name: True)
        self.executor = Executor(
            self.graph, mechanism, lambda key: self.graph.input((key,)), single=single
        )
        self._mechanism = mechanism

    def block(self, name):
        self.executor.run(self._mechanism.blocks[name].body)
        return self

    def solve(self, block, method, *, steady=False):
        solve(self.executor, tree.Solve(block, method, steady))
        return self

    def breakpoint(self):
        self.executor.run(self._mechanism.breakpoint)
        return self

    def __call__(self, *names, **inputs):
        """Return values of variables; inputs are those before, and elements of arrays `ca_0`."""
        nodes = [self.executor.value(name) for name in names]
        known = {(re.sub(r"_(\d+)$", r"[\1]", name),): value for name, value in inputs.items()}
        missing = inputs_of(nodes) - set(known)
        assert not missing, missing
        values = evaluate(nodes, known)
        return values[0] if len(names) == 1 else values
