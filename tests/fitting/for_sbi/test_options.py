"""What may be asked for."""

from __future__ import annotations

import pytest

from pyneuronautofit._options import check_options
from pyneuronautofit.errors import UsageError
from pyneuronautofit.fitting.for_sbi.options import SbiOptions


def test_values():
    check_options(SbiOptions())
    check_options(SbiOptions(sbi="folder", simulations=2, sbi_seed=7))
    with pytest.raises(UsageError, match="--simulations 1: expected a number of at least 2"):
        check_options(SbiOptions(simulations=1))
    with pytest.raises(UsageError, match="--sbi-seed -1: expected"):
        check_options(SbiOptions(sbi_seed=-1))
