import pytest

from pyneuronautofit.errors import UsageError
from pyneuronautofit.recordings._channels import Signal, choose
from pyneuronautofit.units import TO_MV

SIGNALS = [Signal(0, "Im", "pA"), Signal(1, "Vm", "mV"), Signal(2, "0", "V"), Signal(3, "Vm", "mV")]


@pytest.mark.parametrize(
    ("wanted", "index"),
    [(None, 1), (1, 1), ("1", 1), (2, 2), ("0", 2), ("vm", 1), (" Vm ", 1), (3, 3)],
)
def test_choose(wanted, index):
    assert choose(SIGNALS, wanted, TO_MV, "--voltage-channel", "cell.abf") == SIGNALS[index]


def test_none_of_the_kind():
    assert choose(SIGNALS[:1], None, TO_MV, "--voltage-channel", "cell.abf") is None


@pytest.mark.parametrize(
    ("wanted", "match"),
    [
        (4, r"--voltage-channel 4: cell\.abf has no such channel; it has channel 0 'Im' in pA"),
        (-1, "-1: .*no such channel"),
        ("Wm", r"no such channel; .*channel 1 'Vm' in mV.*Did you mean Vm\?"),
        (0, "units V, mV.*this is channel 0 'Im' in pA"),
        ("Im", "this is channel 0 'Im' in pA"),
    ],
)
def test_refused(wanted, match):
    with pytest.raises(UsageError, match=match):
        choose(SIGNALS, wanted, TO_MV, "--voltage-channel", "cell.abf")
