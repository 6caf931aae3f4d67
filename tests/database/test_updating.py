"""What two processes find about the models of one database is all in it."""

from __future__ import annotations

import json
import multiprocessing

import pytest

from pyneuronautofit.database import read_database, write_added
from pyneuronautofit.errors import DatabaseError, OutputError

NUMBERS = (2, 3, 5, 7)


def record(number, **more):
    return {"parameters": {"soma.L": 10.0 * number}, "id": number, **more}


def write(path, numbers=NUMBERS, **changed):
    records = [record(number, **changed.get(f"of_{number}", {})) for number in numbers]
    path.write_text(json.dumps({"models": records, "note": "mine"}))
    return path


def adding(key, value):
    """Return what puts a key into the models that are still the same."""

    def add(now, same):
        records = [{**r, key: value} if r["id"] in same else r for r in now.records]
        return now.with_records(records, **{f"{key}-of": len(same)})

    return add


def found(path, key):
    return {r["id"]: r[key] for r in json.loads(path.read_text())["models"] if key in r}


def test_the_second_adds_to_what_the_first_has_written(tmp_path):
    path = write(tmp_path / "db.json")
    first, second = read_database(path), read_database(path)
    write_added(first, path, adding("init", 1))
    write_added(second, path, adding("gsynmin", 2))
    assert found(path, "init") == dict.fromkeys(NUMBERS, 1)
    assert found(path, "gsynmin") == dict.fromkeys(NUMBERS, 2)
    assert json.loads(path.read_text())["note"] == "mine"


@pytest.mark.parametrize("name", ["other.json", "link.json"])
def test_by_another_name_it_is_the_same_file(tmp_path, name):
    path = write(tmp_path / "db.json")
    (tmp_path / "link.json").symlink_to(path)
    (tmp_path / "other.json").hardlink_to(path)
    read = read_database(path)
    write_added(read_database(path), path, adding("init", 1))
    (tmp_path / "other.json").unlink()
    (tmp_path / "other.json").hardlink_to(path)
    write_added(read, tmp_path / name, adding("gsynmin", 2))
    assert found(tmp_path / name, "init") == dict.fromkeys(NUMBERS, 1)
    assert found(tmp_path / name, "gsynmin") == dict.fromkeys(NUMBERS, 2)


def test_another_output_is_made_of_what_was_read(tmp_path):
    path = write(tmp_path / "db.json")
    read = read_database(path)
    write(path, (11,))
    (tmp_path / "out.json").write_text("something else")
    write_added(read, tmp_path / "out.json", adding("init", 1))
    assert found(tmp_path / "out.json", "init") == dict.fromkeys(NUMBERS, 1)
    assert found(path, "init") == {}


def test_models_that_came_and_went_in_the_meantime(tmp_path, caplog):
    path = write(tmp_path / "db.json")
    read = read_database(path)
    write(path, (3, 5, 7, 13), of_5={"parameters": {"soma.L": 1.0}})
    write_added(read, path, adding("init", 1))
    assert found(path, "init") == {3: 1, 7: 1}
    assert [r["id"] for r in json.loads(path.read_text())["models"]] == [3, 5, 7, 13]
    assert caplog.messages == [
        f"{path} was changed in the meantime: what was found about the model(s) 2, 5 is not "
        "written, since they are others now or not there any more"
    ]


@pytest.mark.parametrize("begins", [True, False])
def test_models_that_begin_with_other_voltages_now(tmp_path, caplog, begins):
    path = write(tmp_path / "db.json")
    read = read_database(path)
    write(path, of_3={"init": {"soma.v": -70.0}})
    write_added(read, path, adding("gsynmin", 1), begins=begins)
    assert found(path, "gsynmin") == dict.fromkeys(NUMBERS, 1)
    said = "the model(s) 3 have another init now than that which they were simulated from"
    assert [said in message for message in caplog.messages] == [True] * begins


def test_where_nothing_has_changed_nobody_is_warned(tmp_path, caplog):
    path = write(tmp_path / "db.json", of_3={"init": {"soma.v": -70.0}})
    write_added(read_database(path), path, adding("gsynmin", 1), begins=True)
    assert not caplog.messages


def test_a_database_that_is_gone_is_there_again(tmp_path):
    path = write(tmp_path / "db.json")
    read = read_database(path)
    path.unlink()
    write_added(read, path, adding("init", 1))
    assert found(path, "init") == dict.fromkeys(NUMBERS, 1)


def test_what_is_no_database_any_more_stays(tmp_path):
    path = write(tmp_path / "db.json")
    read = read_database(path)
    path.write_text("notes")
    with pytest.raises(DatabaseError, match="is not a JSON file"):
        write_added(read, path, adding("init", 1))
    assert path.read_text() == "notes"


def test_a_folder_that_is_not_there(tmp_path):
    read = read_database(write(tmp_path / "db.json"))
    with pytest.raises(OutputError, match=r"cannot write beside .*out\.json: No such file"):
        write_added(read, tmp_path / "no" / "out.json", adding("init", 1))


def work(path, name, times):
    """Find something again and again, as a tool does that takes long."""
    for step in range(times):
        read = read_database(path)
        write_added(read, path, adding(f"{name}-{step}", step))


def test_several_processes(tmp_path):
    path = write(tmp_path / "db.json")
    context = multiprocessing.get_context("spawn")
    tools = [context.Process(target=work, args=(path, name, 30)) for name in "abc"]
    for tool in tools:
        tool.start()
    for tool in tools:
        tool.join()
    for name in "abc":
        for step in range(30):
            assert found(path, f"{name}-{step}") == dict.fromkeys(NUMBERS, step), (name, step)
    assert [each.name for each in tmp_path.iterdir()] == ["db.json"]
