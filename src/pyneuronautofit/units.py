"""The only conversion factors of the package.

Recordings come in whatever unit the amplifier was set to; everything behind the readers is in mV,
pA and ms.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

#: Factor that turns a value of the named unit into mV.
TO_MV: Mapping[str, float] = MappingProxyType(
    {"V": 1e3, "mV": 1.0, "uV": 1e-3, "\N{MICRO SIGN}V": 1e-3, "\N{GREEK SMALL LETTER MU}V": 1e-3}
)

#: Factor that turns a value of the named unit into pA.
TO_PA: Mapping[str, float] = MappingProxyType(
    {
        "A": 1e12,
        "mA": 1e9,
        "uA": 1e6,
        "\N{MICRO SIGN}A": 1e6,
        "\N{GREEK SMALL LETTER MU}A": 1e6,
        "nA": 1e3,
        "pA": 1.0,
        "fA": 1e-3,
    }
)

MS_PER_S = 1e3
PA_PER_NA = 1e3
