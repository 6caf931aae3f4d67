"""Makes `cell.swc`: a soma, a short axon, five dendrites, and an apical trunk with a tuft.

    python make_morphology.py               write cell.swc again
    python make_morphology.py --folder DIR  write it elsewhere

Branches are random walks with a seed. Your own cell takes its place: any SWC file does.
"""

from __future__ import annotations

import argparse
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

HERE = Path(__file__).resolve().parent
MORPHOLOGY = "cell.swc"
SEED = 3
_STEP_UM = 10.0
_SOMA, _AXON, _DENDRITE, _APICAL = 1, 2, 3, 4
_UP = np.array([0.0, 1.0, 0.0])


@dataclass
class Point:
    """A row of the file."""

    number: int
    kind: int
    at: NDArray[np.float64]
    radius: float
    parent: int

    def row(self) -> str:
        """Return it as it is written."""
        x, y, z = self.at
        return (
            f"{self.number} {self.kind} {x:.2f} {y:.2f} {z:.2f} {self.radius:.3f} {self.parent}\n"
        )


class Tree:
    """Points that are grown, one after the other."""

    def __init__(self, seed: int) -> None:
        self._rng = np.random.default_rng(seed)
        self.points = [
            Point(number, _SOMA, y * _UP, radius, number - 1 or -1)
            for number, (y, radius) in enumerate(((-8.0, 6.0), (0.0, 8.0), (8.0, 5.0)), 1)
        ]

    def branch(
        self, kind: int, parent: Point, way: NDArray[np.float64], um: float, radius: float
    ) -> Point:
        """Grow a branch that gets thinner; return its last point."""
        count = max(round(um / _STEP_UM), 2)
        for step in range(count):
            way = way + self._rng.normal(0.0, 0.15, 3)
            way = way / np.linalg.norm(way)
            thick = radius * (1.0 - 0.3 * step / count)
            at = parent.at + _STEP_UM * way
            parent = Point(len(self.points) + 1, kind, at, thick, parent.number)
            self.points.append(parent)
        return parent

    def fork(self, kind: int, parent: Point, um: Sequence[float], radius: float) -> None:
        """Grow a branch, and two of the next length from its end, and so on."""
        way = self._rng.normal(0.0, 1.0, 3) + 0.5 * _UP * (kind == _APICAL)
        end = self.branch(kind, parent, way / np.linalg.norm(way), um[0], radius)
        if len(um) > 1:
            for _child in range(2):
                self.fork(kind, end, um[1:], 0.6 * radius)


def rows(seed: int = SEED) -> Iterator[str]:
    """Yield the lines of the file."""
    tree = Tree(seed)
    bottom, middle, top = tree.points
    tree.branch(_AXON, bottom, -_UP, 60.0, 0.6)
    for stem in range(5):
        angle = 2.0 * math.pi * stem / 5
        way = np.array([math.cos(angle), -0.4, math.sin(angle)])
        end = tree.branch(_DENDRITE, middle, way / np.linalg.norm(way), 40.0, 1.0)
        tree.fork(_DENDRITE, end, [90.0], 0.6)
        tree.fork(_DENDRITE, end, [90.0], 0.6)
    trunk = tree.branch(_APICAL, top, _UP, 150.0, 1.6)
    tree.fork(_APICAL, trunk, [80.0], 0.6)
    end = tree.branch(_APICAL, trunk, _UP, 100.0, 1.1)
    tree.fork(_APICAL, end, [70.0, 90.0], 0.7)
    tree.fork(_APICAL, end, [70.0, 90.0], 0.7)
    yield "# number type x y z radius parent, um; made by make_morphology.py\n"
    yield from (point.row() for point in tree.points)


def main(argv: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description="Makes the morphology.")
    parser.add_argument("--folder", type=Path, default=HERE, help="where to write")
    folder = parser.parse_args(argv).folder
    (folder / MORPHOLOGY).write_text("".join(rows()), encoding="utf-8")


if __name__ == "__main__":
    main()
