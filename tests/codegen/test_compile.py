import ctypes
import logging
import platform
import shutil
import stat
import subprocess
import sys
import threading
from concurrent.futures import CancelledError
from pathlib import Path

import pytest

from pyneuronautofit._native import artifacts
from pyneuronautofit.codegen import compile as compiling
from pyneuronautofit.codegen.compile import (
    KernelBuildError,
    NoCompilerError,
    compile_kernel,
    read_sidecar,
    write_sidecar,
)
from pyneuronautofit.errors import ModelError

SOURCE = '#include "lanes.hpp"\nextern "C" int size() { return sizeof(lanes::real); }\n'


@pytest.fixture(autouse=True)
def own_cache(tmp_path, monkeypatch):
    folder = tmp_path / "a cache"
    monkeypatch.setenv("PYNEURONAUTOFIT_CACHE", str(folder))
    return folder


@pytest.fixture
def no_compilation(monkeypatch):
    """Only the keys matter: an empty file takes the place of each library."""
    monkeypatch.setattr(compiling, "_compile", lambda *_words: b"")


def program(path, text):
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)
    return path


def test_a_kernel_is_compiled_once_for_each_precision(own_cache, caplog):
    caplog.set_level(logging.INFO)
    double = compile_kernel(SOURCE, precision="double")
    single = compile_kernel(SOURCE, precision="single")
    notices = [record.getMessage() for record in caplog.records if hasattr(record, "notice")]
    assert len(notices) == 2
    assert "compiling the kernel of the batch simulator (takes some seconds, once)" in notices
    assert [ctypes.CDLL(str(path)).size() for path in (double, single)] == [8, 4]
    assert double.parent == own_cache / "kernels"

    caplog.clear()
    assert compile_kernel(SOURCE, precision="double") == double
    assert not caplog.records
    # It was compiled in a temporary folder, all traces of which are gone.
    assert {path.suffix for path in double.parent.iterdir()} == {double.suffix}


def test_what_is_compiled_anew(no_compilation, monkeypatch, tmp_path):
    def made(source=SOURCE, precision="double"):
        return compile_kernel(source, precision=precision)

    first = made()
    assert made() == first
    kinds = [first, made(source=SOURCE + "\n"), made(precision="single")]
    changes = {
        "cpu_description": lambda: "another CPU",
        "_version": lambda *_words: "another version",
        "_FLAGS": ("-O1",),
    }
    for name, value in changes.items():
        with monkeypatch.context() as patch:
            patch.setattr(compiling, name, value)
            kinds.append(made())
    with monkeypatch.context() as patch:
        shutil.copytree(compiling.RUNTIME, tmp_path / "runtime")
        patch.setattr(compiling, "RUNTIME", tmp_path / "runtime")
        assert made() == first
        (tmp_path / "runtime" / "lanes.hpp").write_text("// changed")
        kinds.append(made())
    monkeypatch.setenv("CXX", str(program(tmp_path / "cc", 'exec g++ "$@"')))
    kinds.append(made())
    monkeypatch.setenv("CXX", f"{tmp_path / 'cc'} -O2")
    kinds.append(made())
    assert len(set(kinds)) == len(kinds)


@pytest.mark.skipif(sys.platform == "darwin", reason="the CPU is described otherwise there")
def test_the_cpu_is_described_by_its_abilities():
    lines = compiling.cpu_description().splitlines()
    assert len(lines) >= 2
    assert any(line.startswith(("flags: ", "Features: ")) for line in lines)
    # How fast it is at the moment changes, and is no ability.
    assert not any("MHz" in line for line in lines)


def test_an_error_of_the_compiler_is_shown(own_cache):
    with pytest.raises(KernelBuildError, match="could not be compiled") as caught:
        compile_kernel(SOURCE + "int missing = not_declared;\n", precision="double")
    message = str(caught.value)
    assert "kernel.cpp:3:15: error: " in message
    assert "not_declared" in message
    assert "--simulator neuron" in message
    kept = list((own_cache / "kernels").glob("*.cpp"))
    assert [path.read_text().splitlines()[-1] for path in kept] == ["int missing = not_declared;"]
    assert str(kept[0]) in message
    assert not list(own_cache.glob(f"*/*{artifacts.LIBRARY_SUFFIX}"))


def test_a_missing_compiler_is_said_with_the_remedy(tmp_path, monkeypatch):
    monkeypatch.delenv("CXX", raising=False)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(
        NoCompilerError,
        match=r"g\+\+ or c\+\+ or clang\+\+ was not found .*apt.*--simulator neuron",
    ):
        compile_kernel(SOURCE, precision="double")
    monkeypatch.setenv("CXX", "my-compiler -O2")
    with pytest.raises(NoCompilerError, match=r"'my-compiler -O2', which CXX names, was not found"):
        compile_kernel(SOURCE, precision="double")


def test_a_compiler_that_cannot_be_run(tmp_path, monkeypatch):
    broken = tmp_path / "broken"
    broken.write_text("neither a program nor a script")
    broken.chmod(0o755)
    monkeypatch.setenv("CXX", str(broken))
    with pytest.raises(KernelBuildError, match="Exec format error"):
        compile_kernel(SOURCE, precision="double")


@pytest.mark.parametrize("known", ["-mcpu=native", "no such flag"])
def test_a_compiler_that_does_not_know_the_flag_for_this_cpu(tmp_path, monkeypatch, known):
    script = f"""
    for word do
        shift
        case $word in
            {known!r}) ;;
            -m*=native) echo "error: unsupported argument 'native'"; exit 1 ;;
            *) set -- "$@" "$word" ;;
        esac
    done
    exec g++ "$@"
    """
    monkeypatch.setenv("CXX", str(program(tmp_path / "picky", script)))
    library = compile_kernel(SOURCE, precision="double")
    assert ctypes.CDLL(str(library)).size() == 8
    with pytest.raises(KernelBuildError, match="not_declared"):
        compile_kernel(SOURCE + "int missing = not_declared;\n", precision="double")


HANGING = """
case $* in
    *--version*) echo 1.0 ;;
    *) : >"$TMPDIR/temporary"; echo $PWD >{seen}; exec sleep 1000 ;;
esac
"""


@pytest.fixture
def hanging(tmp_path, monkeypatch):
    """A compiler that never ends; the file says where it was at work."""
    seen = tmp_path / "seen"
    monkeypatch.setenv("CXX", str(program(tmp_path / "hanging", HANGING.format(seen=seen))))
    return seen


def test_a_compiler_that_takes_too_long_is_ended(own_cache, hanging, monkeypatch):
    monkeypatch.setattr(artifacts, "COMPILING_LIMIT_S", 1.0)
    with pytest.raises(KernelBuildError, match=r"did not compile .* within 1 s, and was") as caught:
        compile_kernel(SOURCE, precision="double")
    assert "Use --simulator neuron, or name another compiler" in str(caught.value)
    (kept,) = (own_cache / "kernels").iterdir()
    assert str(kept) in str(caught.value)
    assert kept.read_text() == SOURCE
    assert not Path(hanging.read_text().strip()).exists()


def test_a_compiler_that_does_not_say_its_version(own_cache, tmp_path, monkeypatch):
    monkeypatch.setattr(compiling, "_ASKING_LIMIT_S", 0.5)
    monkeypatch.setenv("CXX", str(program(tmp_path / "silent", "exec sleep 1000")))
    with pytest.raises(KernelBuildError, match=r"silent did not say its version within 0\.5 s"):
        compile_kernel(SOURCE, precision="double")


def test_a_compilation_can_be_stopped(own_cache, hanging):
    stop, raised = threading.Event(), []

    def compile_it():
        try:
            compile_kernel(SOURCE, precision="double", stop=stop)
        except CancelledError as error:
            raised.append(error)

    thread = threading.Thread(target=compile_it)
    thread.start()
    while not hanging.exists() and thread.is_alive():
        thread.join(0.05)
    stop.set()
    thread.join(60)
    assert len(raised) == 1
    # Neither in the cache nor beside it is anything half-written, and nobody has the lock.
    assert list((own_cache / "kernels").iterdir()) == []
    assert not Path(hanging.read_text().strip()).exists()


def test_of_what_a_compiler_says_a_screen_is_shown(tmp_path, monkeypatch):
    script = "case $* in *--version*) ;; *) seq -f 'error %0500.0f' 100000; exit 1 ;; esac"
    monkeypatch.setenv("CXX", str(program(tmp_path / "loud", script)))
    with pytest.raises(KernelBuildError) as caught:
        compile_kernel(SOURCE, precision="double")
    assert len(str(caught.value)) < 10_000


def test_processes_that_start_at_once_compile_once(own_cache):
    code = (
        "import logging, sys\n"
        "logging.basicConfig(level=logging.INFO)\n"
        "from pyneuronautofit.codegen.compile import compile_kernel\n"
        "print(compile_kernel(sys.argv[1], precision='double'))"
    )
    both = [
        subprocess.Popen(
            [sys.executable, "-c", code, SOURCE],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for _ in range(2)
    ]
    ended = [process.communicate(timeout=120) for process in both]
    assert [process.returncode for process in both] == [0, 0], ended
    assert sum("compiling the kernel" in log for _, log in ended) == 1
    assert ended[0][0] == ended[1][0] == f"{compile_kernel(SOURCE, precision='double')}\n"


def test_a_cache_that_cannot_be_written(tmp_path, monkeypatch):
    (tmp_path / "file").touch()
    monkeypatch.setenv("PYNEURONAUTOFIT_CACHE", str(tmp_path / "file"))
    with pytest.raises(ModelError, match=r"compiled kernels cannot be kept in .*file"):
        compile_kernel(SOURCE, precision="double")
    with pytest.raises(ModelError, match=r"compiled kernels cannot be kept in .*file"):
        write_sidecar(tmp_path / "file" / "facts.json", {})


def test_facts_beside_a_library(tmp_path):
    path = tmp_path / "kernel.json"
    assert read_sidecar(path) is None
    write_sidecar(path, {"largest_difference_mV": 1e-7, "checked": True})
    assert read_sidecar(path) == {"largest_difference_mV": 1e-7, "checked": True}
    assert list(tmp_path.iterdir()) == [path]
    for damaged in (b'{"largest', b"", b"[1]", b"\xff\xfe"):
        path.write_bytes(damaged)
        assert read_sidecar(path) is None


@pytest.mark.parametrize("size", [0, 100, 4096, -1])
def test_a_kernel_that_was_cut_off_is_compiled_again(own_cache, caplog, size):
    """Loading it would end the process where the pages are that are not there."""
    library = compile_kernel(SOURCE, precision="double")
    content = library.read_bytes()
    library.write_bytes(content[:size])
    assert compile_kernel(SOURCE, precision="double") == library
    assert f"{library} is damaged, so it is not used" in caplog.text
    assert library.read_bytes() == content
    assert ctypes.CDLL(str(library)).size() == 8


def test_a_kernel_of_somebody_else_is_compiled_again(own_cache, monkeypatch, caplog):
    library = compile_kernel(SOURCE, precision="double")
    monkeypatch.setattr(artifacts.sealed, "is_own", lambda found: stat.S_ISDIR(found.st_mode))
    monkeypatch.setattr(compiling, "_compile", lambda *_words: b"ours")
    assert compile_kernel(SOURCE, precision="double").read_bytes() == b"ours"
    assert f"{library} belongs to somebody else" in caplog.text


def test_a_computer_without_a_compiler_uses_a_kernel_that_is_there(
    own_cache, tmp_path, monkeypatch, caplog
):
    caplog.set_level(logging.INFO)
    library = compile_kernel(SOURCE, precision="double")
    (tmp_path / "nothing").mkdir()
    monkeypatch.delenv("CXX", raising=False)
    monkeypatch.setenv("PATH", str(tmp_path / "nothing"))
    assert compile_kernel(SOURCE, precision="double") == library
    assert f"there is no compiler here; the kernel was compiled before: {library}" in caplog.text
    # Only one of the same source, for the same numbers and CPU.
    for source, precision in ((SOURCE + "\n", "double"), (SOURCE, "single")):
        with pytest.raises(NoCompilerError):
            compile_kernel(source, precision=precision)
    with monkeypatch.context() as patch:
        patch.setattr(compiling, "cpu_description", lambda: "another CPU")
        with pytest.raises(NoCompilerError):
            compile_kernel(SOURCE, precision="double")
    # And only one that is whole.
    library.write_bytes(library.read_bytes()[:-1])
    with pytest.raises(NoCompilerError):
        compile_kernel(SOURCE, precision="double")


def test_a_kernel_of_a_level_is_for_all_that_have_it(own_cache, tmp_path, monkeypatch):
    """Another compiler, or another CPU, is no reason for other bits."""
    monkeypatch.setenv("PYNEURONAUTOFIT_ISA", "x86-64-v3")
    monkeypatch.setenv("CXX", str(program(tmp_path / "first", "echo first >> $OUT; exec g++ $@")))
    monkeypatch.setenv("OUT", str(tmp_path / "calls"))
    source = SOURCE + '#ifdef LANES_SAME_BITS\nextern "C" int same() { return 1; }\n#endif\n'
    made = compile_kernel(source, precision="double")
    calls = (tmp_path / "calls").read_text()
    monkeypatch.setattr(compiling.isa, "cpu_description", lambda: "another CPU")
    monkeypatch.setenv("CXX", str(program(tmp_path / "second", "echo second; exit 1")))
    assert compile_kernel(source, precision="double") == made
    assert (tmp_path / "calls").read_text() == calls
    # Where the CPU counts, it is another one, and this is no compiler.
    monkeypatch.delenv("PYNEURONAUTOFIT_ISA")
    with pytest.raises(KernelBuildError):
        compile_kernel(source, precision="double")
    monkeypatch.setenv("PYNEURONAUTOFIT_ISA", "x86-64-v4")
    with pytest.raises(KernelBuildError):
        compile_kernel(source, precision="double")


@pytest.mark.skipif(platform.machine() != "x86_64", reason="the levels are those of x86-64")
def test_a_compiler_that_does_not_know_the_levels_by_name(own_cache, tmp_path, monkeypatch):
    refuse = 'case "$*" in *-march=x86-64-v*) echo "error: bad value"; exit 1;; esac; exec g++ "$@"'
    monkeypatch.setenv("CXX", str(program(tmp_path / "older", refuse)))
    monkeypatch.setenv("PYNEURONAUTOFIT_ISA", "x86-64-v3")
    source = SOURCE + 'extern "C" int width() { return LANES_BYTES + 1000 * LANES_SAME; }\n'
    source = "#ifdef LANES_SAME_BITS\n#define LANES_SAME 1\n#endif\n" + source
    library = ctypes.CDLL(str(compile_kernel(source, precision="double")))
    assert library.width() == 1032  # AVX, and no AVX-512, whatever this CPU has


def test_facts_that_somebody_has_changed_are_not_read(tmp_path, caplog):
    path = tmp_path / "kernel.json"
    write_sidecar(path, {"quiet_mV": 0.5, "nothing": float("nan"), "text": "é\u2028"})
    assert read_sidecar(path)["quiet_mV"] == 0.5
    text = path.read_text()
    path.write_text(text.replace("0.5", "0.0"))
    assert read_sidecar(path) is None
    path.write_text(text)
    assert read_sidecar(path) is not None
    (tmp_path / "other.json").write_text(text)
    assert read_sidecar(tmp_path / "other.json") is None
    path.chmod(0o666)
    assert read_sidecar(path) is None
    assert [record.getMessage().rsplit(".json ")[1] for record in caplog.records] == [
        "is damaged, so it is not used",
        "is damaged, so it is not used",
        "can be changed by others, so it is not used",
    ]


def test_names_tell_apart_what_reads_the_same_when_joined():
    names = [artifacts.digest(parts) for parts in ([b"ab", b"c"], [b"a", b"bc"], [b"abc"])]
    assert len(set(names)) == 3
    assert names[0] == artifacts.digest([b"ab", b"c"])
