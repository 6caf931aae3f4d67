"""What workers are told; that they do it is in test_bench.py."""

from __future__ import annotations

import json

from pyneuronautofit.fitting.evaluators.work_order import WorkOrder, generated_parts

from .made import opened_fit


def test_it_travels_as_plain_values_and_its_name_is_that_of_all_of_them():
    order = WorkOrder({"modes": "OV", "sweeps": None}, "/here", (True, False))
    plain = json.loads(json.dumps(order.as_plain()))
    assert plain["key"] == order.key
    again = WorkOrder(plain["settings"], plain["directory"], tuple(plain["generated"]))
    assert again.key == order.key
    others = [
        WorkOrder({"modes": "O", "sweeps": None}, "/here", (True, False)),
        WorkOrder({"modes": "OV", "sweeps": None}, "/there", (True, False)),
        WorkOrder({"modes": "OV", "sweeps": None}, "/here", (True, True)),
    ]
    assert len({order.key, *(each.key for each in others)}) == 4


def test_what_has_no_generated_code_has_none():
    assert generated_parts(opened_fit().problem) == (False,)
