"""A name for all that the source of a kernel depends on, so that it is generated once.

It depends on the code of this package; on what is asked for; on the .mod files, with what they
include; and on NEURON, which has the parser, the table of units and some .mod files of its own.
What is imported from elsewhere decides which files are read, which are parts of the name, and how
errors are worded, which are not kept.
"""

from __future__ import annotations

from pathlib import Path

from pyneuronautofit._native import artifacts
from pyneuronautofit.codegen.generate import GenerateKernel
from pyneuronautofit.codegen.nmodl.sources import find_sources, included_files
from pyneuronautofit.models import neuron_version

_HERE = Path(__file__).parent


def source_key(task: GenerateKernel, mods: Path | None, code: Path = _HERE) -> str:
    """Return the name of the source that `generate_kernel` would write.

    Parameters
    ----------
    task, mods
        As of `generate_kernel`.
    code
        Where the code is that writes it.

    Raises
    ------
    UnsupportedModel
        If there is no .mod file for a mechanism.
    """
    sources = find_sources(mods, task.kinds)
    read = [sources[suffix] for suffix in sorted(sources)]
    parts = [
        neuron_version().encode(),
        repr(task).encode(),
        *(str(path.relative_to(code)).encode() for path in code_files(code)),
        *(path.read_bytes() for path in code_files(code)),
        *(path.read_bytes() for path in (*read, *included_files(read))),
    ]
    return artifacts.digest(parts)


def code_files(code: Path = _HERE) -> list[Path]:
    """Return the files whose text is a part of the name: all modules of this package.

    The headers are no part of it: what is compiled has a name of its own, see `kernel_key`.
    """
    return sorted(code.rglob("*.py"))
