"""The searched parameters of the thalamocortical cell, with their scales and bounds."""

from __future__ import annotations

from typing import TypeAlias

#: Path or paths that share one value, scale, low, high.
ParameterRow: TypeAlias = tuple[str | tuple[str, ...], str, float | str, float | str]

# Units are the model's: um, mV, S/cm2, cm/s (pcabar), ms (tau), mM (cao), ohm cm (Ra).
# soma.cao is searched but has no effect: NEURON resets it when a simulation is initialised, because
# TC_cad writes the calcium inside. Published databases contain it.
PARAMETERS: tuple[ParameterRow, ...] = (
    ("soma.L", "lin", 20.0, 200.0),
    ("soma(0.5).pas.e", "lin", -55.0, -90.0),
    ("soma(0.5).pas.g", "log", 1e-7, 0.1),
    ("soma(0.5).TC_HH.gk_max", "log", 1e-7, 0.1),
    ("soma(0.5).TC_HH.gna_max", "log", 1e-7, 0.1),
    ("soma(0.5).TC_HH.vtraub", "lin", -70.0, 20.0),
    ("soma(0.5).TC_HH.vtraub2", "lin", -70.0, 20.0),
    ("soma(0.5).SK_E2.gSK_E2bar", "log", 1e-7, 0.1),
    ("soma(0.5).SK_E2.zTau", "lin", 1.0, 500.0),
    ("soma(0.5).TC_iT_Des98.shift", "lin", -25.0, 25.0),
    ("soma(0.5).TC_iT_Des98.actshift", "lin", -25.0, 25.0),
    ("soma(0.5).TC_iT_Des98.pcabar", "log", 1e-7, 0.5),
    ("soma(0.5).TC_ih_Bud97.gh_max", "log", 1e-7, 0.5),
    ("soma(0.5).TC_ih_Bud97.e_h", "lin", -50.0, 0.0),
    ("soma(0.5).TC_Nap_Et2.gNap_Et2bar", "log", 1e-7, 0.5),
    ("soma(0.5).TC_cad.taur", "lin", 2.0, 30.0),
    ("soma(0.5).TC_cad.gamma", "log", 1e-5, 0.1),
    ("soma(0.5).TC_iA.gk_max", "log", 1e-7, 0.1),
    ("soma(0.5).TC_iL.pcabar", "log", 1e-7, 0.1),
    ("soma.cao", "lin", 1.0, 6.0),
    (("soma.ena", "axon.ena"), "lin", 40.0, 65.0),
    (("soma.ek", "axon.ek"), "lin", -65.0, -110.0),
    ("axon.diam", "lin", 0.5, 5.0),
    ("axon.L", "lin", 100.0, 1000.0),
    ("axon(0.5).TC_HH.gk_max", "log", 1e-7, 1.0),
    ("axon(0.5).TC_HH.gna_max", "log", 1e-7, 1.0),
    ("axon(0.5).TC_HH.vtraub", "lin", -70.0, 20.0),
    ("axon(0.5).TC_HH.vtraub2", "lin", -70.0, 20.0),
    (("axon.Ra", "soma.Ra"), "lin", 20.0, 120.0),
)
