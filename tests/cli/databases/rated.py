"""A database of models that are quick to simulate, to be rated."""

from __future__ import annotations

import json

#: What a file may call a source: text, wherever it is shown.
NASTY = "<img src=x onerror=alert(1)>&amp;\u202e.json"
N_MODEL = 6
FAILING = 4  # the place of the model that cannot be simulated


def write_database(path, n=N_MODEL):
    models = [
        {
            "parameters": {
                "soma(0.5).hh.gnabar": 0.12,
                "soma(0.5).hh.gkbar": 0.9 if k == FAILING else 0.036 + 0.002 * k,
                "soma(0.5).hh.gl": 0.0003,
            },
            "target": 0,
            "src": 0,
            "id": 10 + k,
        }
        for k in range(n)
    ]
    content = {"targets": ["cell.npz"], "sources": [NASTY], "temperature": 6.3, "models": models}
    path.write_text(json.dumps(content, indent=1))
    return path
