import logging
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from objectives._made import SEEDED
from pyneuronautofit.errors import MaskError
from pyneuronautofit.objectives import ALL_MODES as TABLE
from pyneuronautofit.objectives import Mask, parse_mask, read_mask

#: Modes that are evaluated: all of them.
ALL_MODES = "".join(TABLE)
EXPECTED = re.escape("expected a number k for sweeps 0..k, a tuple (a, b) for sweeps a..b")

READ = [
    ("number", "3", (0, 1, 2, 3)),
    ("zero", "0", (0,)),
    ("tuple", "(1, 3)", (1, 2, 3)),
    ("tuple without brackets", "1, 3", (1, 2, 3)),
    ("tuple of one sweep", "(2, 2)", (2,)),
    ("list", "[4, 0, 2, 4]", (0, 2, 4)),
    ("list of one", "[2]", (2,)),
    ("list of two is no range", "[0, 3]", (0, 3)),
    ("leading blanks", "   3", (0, 1, 2, 3)),
    ("comment", "[0, # the first\n 2] # and the third", (0, 2)),
    ("comment before", "# sweeps\n(1,\n3)\n", (1, 2, 3)),
    ("continuation", "[0, \\\n  2]", (0, 2)),
    ("lines of a text that is indented", "\n    [0,\n     2]\n  ", (0, 2)),
    ("dict", "{'O': 1, 'V': (2, 3)}", (0, 1)),
    ("dict without the mode", "{'V': (2, 3)}", (0, 1, 2, 3, 4)),
    ("empty dict", "{}", (0, 1, 2, 3, 4)),
    ("dict with a list", "{'O': [3]}", (3,)),
]


@pytest.mark.parametrize(("text", "sweeps"), [pytest.param(*case[1:], id=case[0]) for case in READ])
@pytest.mark.parametrize("source", ["literal", "file", "file of Windows"])
def test_forms(text, sweeps, source, tmp_path, caplog):
    if source != "literal":
        path = tmp_path / "mask.txt"
        windows = source == "file of Windows"
        content = text.replace("\n", "\r\n") if windows else text
        path.write_bytes(content.encode("utf-8-sig" if windows else "utf-8"))
        text = str(path)
    assert read_mask(text, ALL_MODES).sweeps("O", range(5)) == sweeps
    assert not caplog.records


def test_every_mode_has_the_same_rule_unless_there_is_a_dict():
    assert read_mask("2", ALL_MODES).sweeps("V", range(5)) == (0, 1, 2)
    mask = read_mask("{'O': 1, 'V': (2, 3)}", ALL_MODES)
    assert [mask.sweeps(code, range(5)) for code in "OVT"] == [(0, 1), (2, 3), (0, 1, 2, 3, 4)]


def test_no_mask_is_every_sweep():
    assert Mask().sweeps("O", range(3)) == (0, 1, 2)
    assert Mask().as_json() is None


MEANINGLESS = [
    ("{'O': 1, 'o': 1}", "'o'", "write 'O' if that is meant, add 'o' to -m if it is a mode"),
    ("{'OV': 1}", "'OV'", "give every mode a rule of its own, such as {'O': ..., 'V': ...}"),
    ("{'T': (5, 7)}", "'T'", "add 'T' to -m if it is a mode, or leave its rule out"),
    ("{'-': 3}", "'-'", "add '-' to -m if it is a mode, or leave its rule out"),
    ("{'--': 'anything'}", "'--'", ""),
    ("{'': 1}", "''", ""),
    ("{7: 1}", "7", ""),
    ("{None: 1}", "None", ""),
    ("{'spikes, of which there are so many that nobody would read on to the end': 1}", "'sp", ""),
]


@pytest.mark.parametrize("source", ["literal", "file"])
@pytest.mark.parametrize(("text", "key", "cure"), MEANINGLESS)
def test_a_key_that_means_nothing(text, key, cure, source, tmp_path):
    where = "the mask -k"
    if source == "file":
        (tmp_path / "mask.json").write_text(text)
        text = str(tmp_path / "mask.json")
        where = f"the mask file {text}"
    with pytest.raises(MaskError) as refused:
        read_mask(text, "OV")
    said = str(refused.value)
    assert said.startswith(f"{where} has the key {key}")
    assert "which is no mode of -m OV: expected letters that stand in -m" in said
    assert cure in said


def test_a_key_that_stands_twice():
    """Python keeps the last of them, and the others would mean nothing."""
    with pytest.raises(MaskError, match="the mask -k has 3 keys, but only 2 different ones"):
        read_mask("{'O': 1, 'V': 2, 'O': 3}", "OV")


@SEEDED
@given(
    st.text(st.sampled_from("OVTnx-"), min_size=1, max_size=5),
    st.dictionaries(
        st.text(st.sampled_from("OVTnx-"), max_size=2) | st.integers(0, 3), st.just(1), max_size=4
    ),
)
def test_no_rule_is_read_that_nobody_looks_at(modes, rules):
    if set(rules) <= set(modes):
        assert read_mask(repr(rules), modes).by_mode == rules
    else:
        with pytest.raises(MaskError, match="which is no mode of -m"):
            read_mask(repr(rules), modes)


@pytest.mark.parametrize(
    ("rule", "sweeps", "shown"),
    [((1, 9), (1, 2, 3, 4), "1..9"), ((-3, 1), (0, 1), "-3..1"), ((-3, 99), (0, 1, 2, 3, 4), "")],
)
def test_a_range_is_cut_with_a_warning(rule, sweeps, shown, caplog):
    assert Mask(rule=rule).sweeps("O", range(5)) == sweeps
    (record,) = caplog.records
    assert record.levelno == logging.WARNING
    assert f"mask of mode O asks for sweeps {shown}" in record.message
    assert f"has 0..4, so it was cut to {sweeps[0]}..{sweeps[-1]}" in record.message


@pytest.mark.parametrize("rule", [(3, 1), (5, 9), (-4, -1)])
def test_a_range_without_a_sweep(rule, caplog):
    match = (
        re.escape(f"the evaluation mask {rule} of mode V selects no sweep") + ".* 5 sweeps, 0 to 4"
    )
    with pytest.raises(MaskError, match=match):
        Mask(rule=rule).sweeps("V", range(5))
    assert not caplog.records, "an error needs no warning in front"


@pytest.mark.parametrize(
    ("rule", "sweep"), [(5, 5), (99, 99), (-1, -1), ([0, 5], 5), ([-1, 2], -1)]
)
@pytest.mark.parametrize("per_mode", [True, False])
def test_a_sweep_that_does_not_exist(rule, sweep, per_mode):
    mask = Mask(by_mode={"O": rule}) if per_mode else Mask(rule=rule)
    match = f"names sweep {sweep} for mode O, but the recording has 5 sweeps, 0 to 4; .*-k"
    with pytest.raises(MaskError, match=match):
        mask.sweeps("O", range(5))


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("True", "the mask -k is True"),
        ("2.5", "the mask -k is 2.5"),
        ("'all'", "the mask -k is 'all'"),
        ("None", "the mask -k is None"),
        ("[]", r"the mask -k is \[\]"),
        ("()", r"the mask -k is \(\)"),
        ("", r"the mask -k is \(\)"),
        ("(1, 2, 3)", r"the mask -k is \(1, 2, 3\)"),
        ("(1,)", r"the mask -k is \(1,\)"),
        ("[1, 2.0]", r"the mask -k is \[1, 2\.0\]"),
        ("[True]", r"the mask -k is \[True\]"),
        ("{1, 2}", r"the mask -k is \{1, 2\}"),
        ("{'O': None}", "the mask -k, key 'O' is None"),
        ("{'O': {'V': 1}}", "the mask -k, key 'O' is {'V': 1}"),
        ("{'V': [], 'O': 1}", r"the mask -k, key 'V' is \[\]"),
    ],
)
def test_a_literal_that_is_no_mask(text, shown):
    with pytest.raises(MaskError, match=f"{shown}: {EXPECTED}"):
        read_mask(text, ALL_MODES)


NO_LITERALS = [
    "mask.txt",
    "1 +",
    "__import__('os').getcwd()",
    "[i for i in x]",
    "1; 2",
    "O=1",
    "{[]: 1}",
]


@pytest.mark.parametrize("text", NO_LITERALS)
def test_neither_a_file_nor_a_literal(text):
    match = re.escape(f"the evaluation mask {text!r} is neither a file nor a literal: ") + EXPECTED
    with pytest.raises(MaskError, match=match):
        read_mask(text, ALL_MODES)


def test_a_file_that_is_no_literal_names_the_line(tmp_path):
    path = tmp_path / "mask.txt"
    path.write_text("# sweeps\n[0,\n 1 2]\n")
    with pytest.raises(
        MaskError, match=rf"mask\.txt is not a Python literal \(line 3\): {EXPECTED}"
    ):
        read_mask(str(path), ALL_MODES)


def test_a_file_that_calls_something(tmp_path):
    path = tmp_path / "mask.txt"
    path.write_text("list(range(3))")
    with pytest.raises(MaskError, match=r"mask\.txt holds something other than numbers, lists"):
        read_mask(str(path), ALL_MODES)


def test_a_file_that_is_no_text(tmp_path):
    path = tmp_path / "mask.abf"
    path.write_bytes(b"ABF2\xff\xfe\x00\x81")
    with pytest.raises(MaskError, match=r"mask file .*mask\.abf cannot be read as text: .*utf-8"):
        read_mask(str(path), ALL_MODES)


@pytest.mark.parametrize(
    "text",
    ["(" * 300, "[" * 5000, "-" * 50_000 + "1", "[" * 90 + "]" * 90, "9" * 5000, "\0", "\ud800"],
)
def test_monstrous_texts_are_mask_errors(text):
    with pytest.raises(MaskError):
        read_mask(text, ALL_MODES)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("4", 4),
        ("(2, 5)", {"range": [2, 5]}),
        ("[2, 5]", [2, 5]),
        ("{'O': 5, 'V': (1, 4), 'T': [6]}", {"O": 5, "V": {"range": [1, 4]}, "T": [6]}),
    ],
)
def test_as_json(text, expected):
    assert read_mask(text, ALL_MODES).as_json() == expected


_LIKE_MASKS = st.text("0123456789-+()[]{},:'\"OV# \n\\._eETrue", max_size=20)
_RULES = st.one_of(
    st.integers(-3, 12),
    st.tuples(st.integers(-3, 12), st.integers(-3, 12)),
    st.lists(st.integers(-1, 9), max_size=4),
    st.none(),
)
_MASKS = st.one_of(_RULES, st.dictionaries(st.sampled_from("OVx"), _RULES, max_size=3)).map(repr)


@SEEDED
@pytest.mark.filterwarnings("ignore::SyntaxWarning", "ignore::DeprecationWarning")
@given(st.one_of(st.text(), _LIKE_MASKS, _MASKS), st.integers(1, 8), st.sampled_from("OVT"))
def test_any_text_is_a_mask_or_a_mask_error(text, n_sweep, mode):
    try:
        sweeps = parse_mask(text, ALL_MODES, "here").sweeps(mode, range(n_sweep))
    except MaskError:
        return
    assert sweeps
    assert list(sweeps) == sorted(set(sweeps))
    assert set(sweeps) <= set(range(n_sweep))


@SEEDED
@given(st.integers(0, 7), st.integers(0, 7), st.lists(st.integers(0, 7), min_size=1))
def test_what_valid_masks_select(one, other, several):
    first, last = min(one, other), max(one, other)
    assert set(Mask(rule=first).sweeps("O", range(8))) == {k for k in range(8) if k <= first}
    assert set(Mask(rule=(first, last)).sweeps("O", range(8))) == {
        k for k in range(8) if first <= k <= last
    }
    assert set(Mask(rule=several).sweeps("O", range(8))) == set(several)
