"""What the store of a joint fit begins with: two cells, of which one has two recordings."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from runs._made import make_info

PARAMETERS = [
    ["soma.L", "lin", 1.0, 9.0],
    ["soma(0.5).pas.g@young", "log", 1e-5, 1e-3],
    ["soma(0.5).pas.g@old", "log", 1e-5, 1e-3],
]
EVALUATION = {
    "mode": "OV", "mask": None, "cell": "young",
    "beside": [
        {"target": "old.abf", "mode": "OV", "mask": 1, "cell": "old"},
        {"target": "more.abf", "mode": "OV", "mask": 2, "cell": "young"},
    ],
}  # fmt: skip
SIZES = (("O", 1), ("V", 1)) * 3


def joint_info(**changed):
    header = replace(
        make_info().header, markers=tuple("OVOVOV"), bvalues=np.arange(1.0, 7.0),
        parameters=PARAMETERS, evaluation=EVALUATION,
    )  # fmt: skip
    settings = {"modes": "OV", "algorithm": "K", "seed": 7, "generations": 9}
    settings |= {"recording": "/r/cell.abf", "project": None}
    return make_info(
        **{
            "header": header, "mode_sizes": SIZES, "settings": settings, "initial": None, **changed,
        }
    )  # fmt: skip
