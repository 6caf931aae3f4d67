"""What all tests share."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

REPOSITORY = Path(__file__).resolve().parents[1]


# The same examples in every run: whether a change passes must not be a matter of luck. `make
# nightly` draws new ones, which is where they are looked for.
settings.register_profile("same", derandomize=True, deadline=None)
settings.register_profile("new", print_blob=True, deadline=None)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "same"))


def pytest_configure() -> None:
    """Let Ctrl-C reach programs that tests start: a background job of a shell ignores it."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark the tests of `slow.txt`."""
    lines = Path(__file__).with_name("slow.txt").read_text(encoding="utf-8").splitlines()
    slow = {line for line in lines if not line.startswith("#")}
    for item in items:
        # Without parameters; a whole file is listed by its name.
        name = item.nodeid.partition("[")[0].removeprefix("tests/")
        if name in slow or name.partition("::")[0] in slow:
            item.add_marker(pytest.mark.slow)


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of real recordings and published values, which is not part of the project."""
    folder = Path(os.environ.get("PYNEURONAUTOFIT_SHARED", REPOSITORY.parent / "shared"))
    if not (folder / "data").is_dir():
        pytest.skip(f"needs the real recordings of {folder}, which are not here")
    return folder


@pytest.fixture(scope="session", autouse=True)
def cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """One cache for all tests, not the user's: the built-in mechanisms are compiled once."""
    # Processes that share the tests share it, too: the folder above their own is that of the run.
    shared_by_all = "PYTEST_XDIST_WORKER" in os.environ
    own = tmp_path_factory.getbasetemp()
    folder = (own.parent if shared_by_all else own) / "cache"
    folder.mkdir(mode=0o700, exist_ok=True)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYNEURONAUTOFIT_CACHE", str(folder))
        patch.delenv("NRN_NMODL_PATH", raising=False)
        yield folder
