import errno
import gzip
import logging
import os
import shutil
import subprocess
import threading
from contextlib import contextmanager

import pytest

from pyneuronautofit.errors import OutputError
from pyneuronautofit.runs import GzipLogHandler, log_file


@contextmanager
def _logging_to(path):
    handler = GzipLogHandler(path)
    handler.setFormatter(logging.Formatter("%(levelname)s %(message)s"))
    logger = logging.Logger("test", logging.DEBUG)
    logger.addHandler(handler)
    try:
        yield logger, handler
    finally:
        handler.close()


def _lines(path):
    return gzip.decompress(path.read_bytes()).decode("utf-8").splitlines()


def test_valid_after_every_flush_while_it_is_open(tmp_path):
    path = tmp_path / "run.log.gz"
    with _logging_to(path) as (logger, handler):
        for number in range(5):
            logger.info("line %d", number)
            handler.flush()
            assert _lines(path) == [f"INFO line {each}" for each in range(number + 1)]
    assert len(_lines(path)) == 5


def test_it_is_a_gzip_file_before_the_first_line(tmp_path):
    path = tmp_path / "run.log.gz"
    with _logging_to(path) as (logger, _):
        assert path.read_bytes().startswith(b"\x1f\x8b")
        assert _lines(path) == []
        logger.info("pending")
        assert _lines(path) == []
    assert _lines(path) == ["INFO pending"]


@pytest.mark.skipif(shutil.which("gzip") is None, reason="needs the program gzip, not installed")
def test_the_program_gzip_agrees(tmp_path):
    path = tmp_path / "run.log.gz"
    with _logging_to(path) as (logger, _):
        for text in ("", "first", "second"):
            if text:
                logger.warning(text)
            subprocess.run(["gzip", "-t", str(path)], check=True)


@pytest.mark.parametrize("level", [logging.WARNING, logging.ERROR])
def test_warnings_are_written_at_once_and_what_came_before_them(tmp_path, level):
    path = tmp_path / "run.log.gz"
    with _logging_to(path) as (logger, _):
        logger.info("before")
        logger.log(level, "now")
        assert [line.split()[1] for line in _lines(path)] == ["before", "now"]


def test_much_is_written_without_waiting(tmp_path):
    path = tmp_path / "run.log.gz"
    with _logging_to(path) as (logger, _):
        logger.info("x" * 70_000)
        assert len(_lines(path)) == 1


def test_a_line_waits_for_seconds_only(tmp_path, monkeypatch):
    path = tmp_path / "run.log.gz"
    now = [100.0]
    monkeypatch.setattr(log_file.time, "monotonic", lambda: now[0])
    with _logging_to(path) as (logger, _):
        logger.info("one")
        assert _lines(path) == []
        now[0] += 6.0
        logger.info("two")
        assert len(_lines(path)) == 2


def test_any_text_can_be_logged(tmp_path):
    path = tmp_path / "run.log.gz"
    with _logging_to(path) as (logger, _):
        logger.warning("\N{GREEK SMALL LETTER MU}V \udcff")
    assert _lines(path) == ["WARNING \N{GREEK SMALL LETTER MU}V ?"]


def test_closing_twice_and_logging_nothing(tmp_path):
    path = tmp_path / "run.log.gz"
    handler = GzipLogHandler(path)
    handler.close()
    handler.close()
    assert _lines(path) == []


def test_threads(tmp_path):
    path = tmp_path / "run.log.gz"
    with _logging_to(path) as (logger, _):

        def work(name):
            for number in range(50):
                logger.log(
                    logging.WARNING if number % 10 == 0 else logging.INFO, "%s %d", name, number
                )

        threads = [threading.Thread(target=work, args=(name,)) for name in "abc"]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    lines = _lines(path)
    assert len(lines) == 150
    for name in "abc":
        numbers = [int(line.split()[2]) for line in lines if line.split()[1] == name]
        assert numbers == list(range(50))


def test_a_write_that_is_cut_is_continued(tmp_path, monkeypatch):
    """A call that writes may take a part only; the rest has to follow."""
    path = tmp_path / "run.log.gz"
    write = os.write
    with _logging_to(path) as (logger, _):
        monkeypatch.setattr(os, "write", lambda file, data: write(file, data[:7]))
        logger.warning("one")
        logger.warning("two")
        assert _lines(path) == ["WARNING one", "WARNING two"]


def test_a_full_disk_leaves_a_valid_file_and_the_run_alone(tmp_path, monkeypatch, capsys):
    path = tmp_path / "run.log.gz"
    write = os.write
    room = [10]

    def nearly_full(file, data):
        taken = data[: room[0]]
        room[0] -= len(taken)
        if not taken:
            raise OSError(errno.ENOSPC, "No space left on device")
        return write(file, taken)

    with _logging_to(path) as (logger, _):
        logger.warning("before")
        with monkeypatch.context() as patched:
            patched.setattr(os, "write", nearly_full)
            logger.warning("lost")
            assert _lines(path) == ["WARNING before"]
        logger.warning("after")
    assert _lines(path) == ["WARNING before", "WARNING after"]
    assert "No space left" in capsys.readouterr().err


def test_a_record_that_cannot_be_formatted_does_not_end_the_run(tmp_path, capsys):
    path = tmp_path / "run.log.gz"
    with _logging_to(path) as (logger, _):
        logger.warning("%d candidates", "many")
        logger.warning("next")
    assert _lines(path) == ["WARNING next"]
    assert "many" in capsys.readouterr().err


@pytest.mark.parametrize("name", ["nowhere/run.log.gz", "."])
def test_a_place_that_cannot_be_written(tmp_path, name):
    with pytest.raises(OutputError, match=r"cannot write the log .*you may write.*--output"):
        GzipLogHandler(tmp_path / name)


def test_a_log_that_exists_is_not_written_over(tmp_path):
    path = tmp_path / "run.log.gz"
    path.write_bytes(b"old")
    with pytest.raises(OutputError, match=r"cannot write the log .*File exists"):
        GzipLogHandler(path)
    assert path.read_bytes() == b"old"
