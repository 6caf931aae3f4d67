"""How much memory the content of a file may take."""

from __future__ import annotations

from pathlib import Path

import pytest

from pyneuronautofit._bounded import allowance_of
from pyneuronautofit._bounded.sizes import VARIABLE, most_bytes
from pyneuronautofit.errors import DatabaseError, UsageError


@pytest.mark.parametrize(("file_bytes", "most"), [
    (0, 64_000_000), (640_000, 64_000_000), (900_000, 90_000_000), (10**12, 4_000_000_000),
])  # fmt: skip
def test_the_smaller_of_two_limits_counts(file_bytes, most):
    assert most_bytes(file_bytes, {}) == most


def test_a_variable_sets_the_limit_alone():
    assert most_bytes(10, {VARIABLE: " 8000 "}) == 8_000_000_000
    assert most_bytes(10**12, {VARIABLE: "1"}) == 1_000_000
    assert most_bytes(10, {VARIABLE: ""}) == 64_000_000


@pytest.mark.parametrize("said", ["0", "-1", "1e3", "lots", "9" * 5000, "\u0663"])
def test_a_variable_that_is_no_number_is_refused(said):
    with pytest.raises(UsageError, match=f"{VARIABLE}=.{{1,40}}: expected how many MB"):
        most_bytes(1, {VARIABLE: said})


def test_the_message_says_what_to_do(tmp_path):
    path = tmp_path / "small.json"
    path.write_bytes(b"x" * 190)
    allowed = allowance_of(path, None, DatabaseError)
    allowed.check(64_000_000, "what it holds")
    with pytest.raises(DatabaseError) as caught:
        allowed.check(64_000_001, "the array voltage")
    assert str(caught.value) == (
        f"{path}: the array voltage would take 64 MB of memory, but for a file of 190 bytes at "
        "most 64 MB are taken: it is damaged, or was made to fill the memory. If you know that it "
        f"is sound, set the environment variable {VARIABLE}, such as {VARIABLE}=65"
    )


def test_what_the_message_asks_for_is_enough():
    path = Path("x.npz")
    for n_bytes in (64_000_001, 10**10 + 1, 10**15):
        with pytest.raises(DatabaseError) as caught:
            allowance_of(path, 10, DatabaseError).check(n_bytes, "it")
        said = str(caught.value).rpartition("=")[2]
        assert most_bytes(10, {VARIABLE: said}) >= n_bytes
