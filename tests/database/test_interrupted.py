"""Files of an interrupted program: whatever is complete in them is read."""

from __future__ import annotations

import gzip
import json

import pytest

from pyneuronautofit.database.interrupted import salvage
from pyneuronautofit.database.models import models_of
from pyneuronautofit.errors import DatabaseError

# As the original program wrote it: the head in some lines, then a record a line.
HEAD = (
    '{\n"cmd":"fitter.py -m \\"OV\\" {[",\n"evaluation":{"mode":"OV","mask":{"O":[1,3]}},\n'
    '"parameters":[["soma.L","lin",10,100],["soma(0.5).pas.g","log",1e-7,0.1]],\n"records":[\n'
)
RECORD = '{"fitness":[1.5,1e3],"parameters":[LENGTH.25,1e-05],"note":"a } in a \\"text\\""},\n'
RECORDS = [RECORD.replace("LENGTH", str(length)) for length in range(20, 26)]
WHOLE = HEAD + "".join(RECORDS)


@pytest.mark.parametrize("n_record", [1, 3, 6])
@pytest.mark.parametrize(
    "rest", ["", '{"fitness":[1', '{"fitness":[1,2],"parameters":[', '{"a":"b']
)
def test_a_file_that_was_cut_off(tmp_path, n_record, rest):
    path = tmp_path / "r-arXive.json"
    path.write_text(HEAD + "".join(RECORDS[:n_record]) + rest)
    salvaged = salvage(path)
    stored = models_of(salvaged.content, path)
    assert [m.parameters["soma.L"] for m in stored.models] == [k + 20.25 for k in range(n_record)]
    assert f"its {n_record} complete records are read" in salvaged.loss
    assert f"{len(rest) + 2} byte(s) behind them are lost" in salvaged.loss


def test_cut_off_at_every_byte(tmp_path):
    """Never anything but the complete records, or a clear refusal."""
    path = tmp_path / "r-arXive.json"
    ends = [len(HEAD + "".join(RECORDS[: k + 1])) - 2 for k in range(len(RECORDS))]
    for size in range(len(WHOLE)):
        path.write_text(WHOLE[:size])
        n_complete = sum(end <= size for end in ends)
        if n_complete:
            assert len(salvage(path).content["records"]) == n_complete
        else:
            with pytest.raises(DatabaseError, match=r"ends before its first|is not a JSON"):
                salvage(path)


def test_a_gzip_file_that_was_cut_off(tmp_path):
    path = tmp_path / "r-arXive.json.gz"
    records = "".join(RECORDS * 4000)
    whole = gzip.compress((HEAD + records).encode())
    path.write_bytes(whole[: len(whole) // 2])
    n_record = len(salvage(path).content["records"])
    assert 0.3 * 24_000 < n_record < 0.7 * 24_000
    path.write_bytes(gzip.compress(HEAD.encode()) + gzip.compress(RECORDS[0].encode()))
    assert len(salvage(path).content["records"]) == 1


@pytest.mark.parametrize(
    "text", ["", "{}", "[1, 2", "]", "not at all", HEAD, '{"a": [{}]}', "{{[{}"]
)
def test_what_has_no_records_is_refused(tmp_path, text):
    path = tmp_path / "r.json"
    path.write_text(text)
    with pytest.raises(DatabaseError, match=r"r\.json"):
        salvage(path)


def test_a_whole_file_needs_no_salvage(tmp_path):
    path = tmp_path / "r.json"
    path.write_text(WHOLE + "null\n]\n}\n")
    json.loads(path.read_text())
    with pytest.raises(DatabaseError, match="ends before"):
        salvage(path)
