"""Which plug-ins there are, and for whom."""

from __future__ import annotations

import contextvars
import sys
import threading

import pytest

from pyneuronautofit._plugins import (
    OBJECTIVE,
    STRATEGY,
    PlugIn,
    added,
    explicit_plug_ins,
    find_plug_in,
    given_plug_ins,
    plug_ins,
    usable_plug_ins,
    use,
    use_from_here,
)
from pyneuronautofit.errors import UsageError


def made(name="latency", kind=OBJECTIVE, origin="latency.py"):
    return PlugIn(kind, name, origin, lambda: len, lambda: None)


def test_they_are_there_within_a_block():
    one, other = made(), made("walk", STRATEGY)
    with use([one]):
        with use(added([other])):
            assert given_plug_ins() == (one, other)
            assert explicit_plug_ins(STRATEGY) == (other,)
            assert find_plug_in(OBJECTIVE, "{latency}") is one
            assert find_plug_in(STRATEGY, "{latency}") is None
        assert given_plug_ins() == (one,)
    assert given_plug_ins() == ()


def test_a_context_keeps_its_own():
    def inside():
        use_from_here([made()])
        return len(given_plug_ins())

    assert contextvars.copy_context().run(inside) == 1
    assert given_plug_ins() == ()


def test_threads_have_none_but_in_a_copy_of_the_context():
    found = {}

    def look(who):
        found[who] = len(given_plug_ins())

    with use([made()]):
        context = contextvars.copy_context()
        threads = [
            threading.Thread(target=look, args=("alone",)),
            threading.Thread(target=context.run, args=(look, "copied")),
        ]
        for thread in threads:
            thread.start()
            thread.join()
    assert found == {"alone": 0, "copied": 1}


def test_two_of_one_name_are_refused_with_both_places():
    with use([made()]):
        with pytest.raises(UsageError) as refused:
            added([made(origin="other.py")])
        assert str(refused.value) == (
            "evaluation mode {latency} is there twice: in latency.py and in other.py; leave one of "
            "them out, or give it another name"
        )
        # Another kind may have the name.
        assert len(added([made(kind=STRATEGY)])) == 2


def test_names_that_cannot_stand_in_braces_are_refused():
    with pytest.raises(UsageError, match=r"my.py: evaluation mode 'two words' cannot be called so"):
        added([made("two words", origin="my.py")])
    assert len(added([made("B")])) == 1


def test_installed_ones_are_beside_them(package):
    package("def peak(): ...\n", "[pyneuronautofit.objectives]\npeak = my_peak:peak\n", "my-peak")
    with use([made()]):
        assert list(plug_ins(OBJECTIVE)) == ["{latency}", "{peak}"]
    assert "my_peak" not in sys.modules
    for ask in (lambda: plug_ins(OBJECTIVE), lambda: find_plug_in(OBJECTIVE, "{peak}")):
        with (
            use([made("peak")]),
            pytest.raises(UsageError, match=r"latency\.py and in my-peak"),
        ):
            ask()


def test_a_broken_package_is_left_out_with_one_warning(package, caplog):
    points = "[pyneuronautofit.objectives]\nbad = my_bad:gone\ngood = my_bad:good\n"
    package("def good(): ...\n", points, "my-bad")
    for _ in range(2):
        assert list(usable_plug_ins(OBJECTIVE, thing_of)) == ["{good}"]
    (warned,) = (each.message for each in caplog.records if each.levelname == "WARNING")
    assert "my-bad 1.2 has the entry point bad = my_bad:gone" in warned


def thing_of(plug_in):
    return plug_in.thing


def test_what_is_given_is_not_left_out():
    def broken():
        raise UsageError("no mode at all")

    bad = PlugIn(OBJECTIVE, "bad", "bad.py", broken, lambda: None)
    with use([bad]), pytest.raises(UsageError, match="no mode at all"):
        usable_plug_ins(OBJECTIVE, thing_of)
