"""Small models in the layouts of other tools, written into a folder."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

from simulators.branching import SWC
from simulators.mechanism_cells import MODS

BLUEPYOPT_PARAMETERS = [
    {"param_name": "v_init", "type": "global", "value": -65},
    {"param_name": "celsius", "type": "global", "value": 34},
    {"param_name": "e_pas", "sectionlist": "all", "type": "section", "value": -75},
    {"param_name": "Ra", "sectionlist": "all", "type": "section", "value": 100},
    {"param_name": "cm", "sectionlist": "apical", "type": "section", "value": 2},
    {"param_name": "ek", "sectionlist": "somatic", "type": "section", "value": -85},
    {"param_name": "ena", "sectionlist": "somatic", "type": "section", "value": 50},
    {"param_name": "g_pas", "sectionlist": "all", "type": "section", "bounds": [1e-5, 1e-4]},
    {
        "param_name": "gbar_tih", "mech": "tih", "sectionlist": "apical", "type": "range",
        "bounds": [1e-6, 1e-4], "dist_type": "exp",
        "dist": "(-0.8696 + 2.087*math.exp((x)*0.0031))*%f",
    },
    {
        "param_name": "gbar_tkm", "mech": "tkm", "sectionlist": "apical", "type": "range",
        "value": 0.1, "dist_type": "decay", "dist": "exp({distance}*-0.01)*{value}",
    },
    {
        "param_name": "gbar_tverb", "mech": "tverb", "sectionlist": "somatic", "type": "range",
        "dist_type": "uniform", "bounds": [0.001, 0.1],
    },
    {"param_name": "gbar_tkm", "mech": "tkm", "sectionlist": "axonal", "value": 0.2},
]  # fmt: skip
BLUEPYOPT_MECHANISMS = {
    "all": ["pas"],
    "somatic": ["tverb", "tna8"],
    "apical": ["tih", "tkm"],
    "axonal": ["tkm"],
    "basal": [],
}
ALLEN = {
    "passive": [
        {
            "ra": 120.0,
            "e_pas": -82.0,
            "cm": [
                {"section": s, "cm": c} for s, c in (("soma", 1.1), ("dend", 2.0), ("axon", 1.1))
            ],
        }
    ],
    "fitting": [{"junction_potential": -14.0, "sweeps": [50]}],
    "conditions": [
        {"celsius": 34.0, "v_init": -82.0, "erev": [{"section": "soma", "ena": 53.0, "ek": -107.0}]}
    ],
    "genome": [
        {"section": "soma", "name": "gbar_tverb", "mechanism": "tverb", "value": 0.01},
        {"section": "soma", "name": "gbar_tna8", "mechanism": "tna8", "value": 0.004},
        {"section": "soma", "name": "g_pas", "mechanism": "", "value": 5e-5},
        {"section": "dend", "name": "g_pas", "mechanism": "", "value": 3e-5},
        {"section": "apic", "name": "g_pas", "mechanism": "", "value": 3e-5},
        {"section": "axon", "name": "g_pas", "mechanism": "", "value": 4e-4},
        {"section": "glob", "name": "celsius", "mechanism": "", "value": 34.0},
    ],
}
HOC = """\
// A template as cells on ModelDB are.
load_file("stdlib.hoc")
load_file("channels.hoc")

begintemplate Pyramid
public soma, dend, apic, all, apical, basal   /* what others see */
create soma, dend[1], apic[1]
objref all, apical, basal

proc init() { local i
    create soma, dend[3], apic[2]
    soma { L = 20 diam = 15 }
    for i = 0, 2 { connect dend[i](0), soma(0)
        dend[i] { L = 120 diam = 1.5 nseg = 3 } }
    connect apic[0](0), soma(1)
    connect apic[1](0), apic[0](1)
    for i = 0, 1 apic[i] { L = 150 diam = 2 - i nseg = 3 }
    all = new SectionList()
    apical = new SectionList()
    basal = new SectionList()
    soma all.append()
    for i = 0, 2 dend[i] { all.append() basal.append() }
    for i = 0, 1 apic[i] { all.append() apical.append() }
    forsec all { insert pas g_pas = 4e-5 e_pas = -72 Ra = 110 cm = 1 }
    soma { insert tverb insert tna8 gbar_tverb = 0.01 gbar_tna8 = 0.004 ek = -85 ena = 50 }
    forsec apical { insert tih gbar_tih = 2e-5 }
}
endtemplate Pyramid
"""


def _mods(folder: Path, *names: str) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name in names:
        shutil.copy(MODS / f"{name}.mod", folder)


def write_bluepyopt(folder: Path, parameters=None, mechanisms=None) -> Path:
    """Write a model as the examples of BluePyOpt have it."""
    for name in ("config", "morphology"):
        (folder / name).mkdir(parents=True)
    shutil.copy(SWC, folder / "morphology" / "cell.swc")
    _mods(folder / "mechanisms", "tverb", "tna8", "tih", "tkm")
    for name, found in (
        ("parameters", BLUEPYOPT_PARAMETERS if parameters is None else parameters),
        ("mechanisms", BLUEPYOPT_MECHANISMS if mechanisms is None else mechanisms),
    ):
        (folder / "config" / f"{name}.json").write_text(json.dumps(found))
    return folder


def write_allen(folder: Path, fit=None) -> Path:
    """Write a fit as the Allen Cell Types Database has it."""
    _mods(folder / "modfiles", "tverb", "tna8")
    shutil.copy(SWC, folder / "reconstruction.swc")
    (folder / "manifest.json").write_text(json.dumps({"biophys": []}))
    (folder / "fit_parameters.json").write_text(json.dumps(ALLEN if fit is None else fit))
    return folder


def write_hoc(folder: Path, text: str = HOC) -> Path:
    """Write a hoc file with a template."""
    _mods(folder / "mods", "tverb", "tna8", "tih")
    (folder / "channels.hoc").write_text("celsius = 34\n")
    path = folder / "pyramid.hoc"
    path.write_text(text)
    return path
