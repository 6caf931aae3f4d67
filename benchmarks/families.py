"""How often families are found: in clouds that are one, and in two at known distances.

    python benchmarks/families.py [--draws 30]

Printed is, for models of 2, 5 and 28 parameters, the share of draws in which there is more than one
family in a single cloud (normal or uniform), and in which there are exactly two in two normal
clouds of 60 and 40 models whose centres are so many standard deviations apart. The numbers of
docs/populations.md.
"""

from __future__ import annotations

import argparse

import numpy as np

from pyneuronautofit.database.populations import find_families

N_PARAM = (2, 5, 28)
N_MODEL = (30, 150)
APART = (4, 6, 8, 10)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--draws", type=int, default=30)
    n_draw = parser.parse_args().draws
    rng = np.random.default_rng(0)
    print("one cloud: share of draws with more than one family")
    for n_param in N_PARAM:
        for n_model in N_MODEL:
            shape = (n_model, n_param)
            normal = [find_families(rng.normal(size=shape)).n_family > 1 for _ in range(n_draw)]
            uniform = [find_families(rng.random(shape)).n_family > 1 for _ in range(n_draw)]
            print(
                f"  {n_param:2d} parameters, {n_model:3d} models: normal {np.mean(normal):.2f}, "
                f"uniform {np.mean(uniform):.2f}"
            )
    print("two clouds of 60 and 40 models: share of draws with two families")
    for n_param in N_PARAM:
        shares = [np.mean([_two(rng, n_param, apart) for _ in range(n_draw)]) for apart in APART]
        said = ", ".join(
            f"{apart} sd {share:.2f}" for apart, share in zip(APART, shares, strict=True)
        )
        print(f"  {n_param:2d} parameters: {said}")


def _two(rng: np.random.Generator, n_param: int, apart: float) -> bool:
    """Tell whether two clouds are two families; half of the parameters part them."""
    n_part = max(n_param // 2, 1)
    unit = rng.normal(size=(100, n_param))
    unit[60:, :n_part] += apart / np.sqrt(n_part)
    return find_families(unit).n_family == 2


if __name__ == "__main__":
    main()
