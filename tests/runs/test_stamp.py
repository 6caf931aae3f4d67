import re
from datetime import datetime
from pathlib import Path

import pytest

from pyneuronautofit.errors import OutputError
from pyneuronautofit.runs import RunFiles, make_stamp

NOW = datetime(2024, 3, 7, 9, 5, 2)


def _stamp(recording="data/cell 7.abf", version="1.2", **changes):
    settings = {"log_search": True, "now": NOW, **changes}
    return make_stamp(Path(recording), version, "RAMN", "N", **settings)


def test_format():
    found = [_stamp() for _ in range(20)]
    for stamp in found:
        assert re.fullmatch(r"cell 7-v1\.2-20240307-090502-\d{7}-RAMN-LN", stamp)
    assert len(set(found)) > 15, "the seven digits are drawn at random"


def test_without_logarithms():
    assert _stamp(log_search=False).endswith("-RAMN-FN")


@pytest.mark.parametrize(("iteration", "end"), [(0, "-I000"), (7, "-I007"), (1234, "-I1234")])
def test_an_iteration_comes_last(iteration, end):
    assert _stamp(iteration=iteration).endswith(f"-RAMN-LN{end}")
    assert _stamp(iteration=iteration, given="mine") == f"mine{end}"


def test_a_stamp_that_is_given_replaces_all():
    assert _stamp(given="mine", slurm_id="42") == "mine"


@pytest.mark.parametrize(
    ("slurm_id", "digits"), [("42", "0000042"), ("1234567", "1234567"), ("123456789", "123456789")]
)
def test_the_id_of_a_job_replaces_the_random_digits(slurm_id, digits):
    assert _stamp(slurm_id=slurm_id) == f"cell 7-v1.2-20240307-090502-{digits}-RAMN-LN"


@pytest.mark.parametrize(
    ("version", "written"),
    [
        ("2.0+g1a2b3c", "2.0+g1a2b3c"),
        ("2024/03 (new)", "2024_03_new_"),
        ("../../etc", ".._.._etc"),
        ("a\nb\0c", "a_b_c"),
        ("$Rev: 12 $", "_Rev_12_"),
    ],
)
def test_a_version_with_odd_characters(version, written):
    assert _stamp(version=version).startswith(f"cell 7-v{written}-2024")


def test_only_the_last_suffix_of_the_recording_goes():
    assert _stamp("a/b/c.d.abf").startswith("c.d-v1.2-")


def test_names(tmp_path):
    files = RunFiles(tmp_path, "s.1")
    names = [path.name for path in (files.log, files.evaluations, files.checkpoint, files.final)]
    assert names == ["s.1.log.gz", "s.1-arXive.json", "s.1-chpnt.json", "s.1-final.json"]
    assert {path.parent for path in (files.log, files.final)} == {tmp_path}


def test_the_folder_is_made(tmp_path):
    RunFiles(tmp_path / "a" / "b", "s").prepare()
    assert (tmp_path / "a" / "b").is_dir()


@pytest.mark.parametrize("name", ["log", "evaluations", "checkpoint", "final"])
def test_a_stamp_whose_files_exist_is_refused(tmp_path, name):
    files = RunFiles(tmp_path, "s")
    RunFiles(tmp_path, "another").log.touch()
    files.prepare()
    path = getattr(files, name)
    path.write_text("old")
    match = rf"already a run with the stamp s: .*{path.name} exists\. Choose another .*-a.*--output"
    with pytest.raises(OutputError, match=match):
        files.prepare()
    assert path.read_text() == "old"


def test_a_folder_that_cannot_be_made(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(
        OutputError, match=r"output folder .*file/x cannot be made: Not a dir.*--output"
    ):
        RunFiles(tmp_path / "file" / "x", "s").prepare()


@pytest.mark.parametrize("stamp", ["x" * 240, "x" * 300, "\u00b5" * 120])
def test_a_stamp_that_makes_names_too_long(stamp, tmp_path):
    with pytest.raises(OutputError, match=r"stamp .* is too long: .*255 bytes.* with -a"):
        RunFiles(tmp_path, stamp).refuse_taken()


def test_a_long_stamp(tmp_path):
    RunFiles(tmp_path, "x" * 200).prepare()


def test_a_store_has_one_lock_whatever_it_is_called(tmp_path):
    (tmp_path / "o").mkdir()
    own = RunFiles(tmp_path / "o", "r-v1.2")
    own.store.touch()
    linked = RunFiles(tmp_path, "link")
    linked.store.symlink_to(own.store)
    assert own.lock == tmp_path / "o" / "r-v1.2.lock"
    assert linked.lock == own.lock
    assert linked.stop == own.stop == tmp_path / "o" / "r-v1.2.stop"
