"""Recordings of every format, voltages of others, and masks."""

from __future__ import annotations

import io
import json
import random
import shutil
import struct
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import h5py
import numpy as np

from fuzz.case import Case, command, reader
from fuzz.mutations import (
    REAL,
    TEXTS,
    WHOLE,
    json_bytes,
    mutated_bytes,
    mutated_json,
    mutated_text,
)
from fuzz.sound import MASKS
from pyneuronautofit.recordings import ChannelChoice, detect_stimulus, read_recording

_SHAPES = (
    "(3, 600)", "(1800,)", "(600, 3)", "(3, 0)", "(0, 0)", "()", "(-1, 5)", "(3, 600, 1)",
    "(2**40, 2)", "(1000000, 1000000)", "(99999999999999999999, 1)", "3", "(True, 3)", "(2.5, 1)",
)  # fmt: skip
_TYPES = ("<f8", ">f4", "<i2", "|b1", "|S8", "<U9", "|O", "<c16", "<M8[s]", "|V100000000", "f9", "")


def _asked(rng: random.Random, sound: Path, path: Path) -> Case:
    """Return a case that reads a recording, in one of the ways in which one is read."""
    way = rng.random()
    if way < 0.5:

        def read() -> None:
            channels = ChannelChoice(rng.choice((None, None, 0, 1, "IN 0")), None)
            recording = read_recording(path, channels)
            detect_stimulus(recording.current_pA, recording.step_ms, recording.name)

        return reader(f"read {path.name}", read)
    modes = rng.choice(("O", "OV", "TSAW", "RLM", "UCD", "ZPQ", "FXN"))
    if way < 0.85:
        return command("compare", path, path, "-m", modes, *_said(rng))
    return command("compare", sound / "cell.npz", path, "-m", modes, *_said(rng))


def _said(rng: random.Random) -> list[str]:
    return rng.choice(([], [], ["-e"], ["--json"], ["--stimulus", "1", "3"], ["-c", "3"]))


def _from_bytes(*names: str) -> Callable[[random.Random, Path, Path], Case]:
    def make(rng: random.Random, sound: Path, folder: Path) -> Case:
        name = rng.choice(names)
        others = [(sound / each).read_bytes() for each in names]
        path = folder / name
        path.write_bytes(mutated_bytes(rng, (sound / name).read_bytes(), others))
        return _asked(rng, sound, path)

    return make


abf = _from_bytes("a.abf", "b.abf", "c.abf")
npz_bytes = _from_bytes("cell.npz")
nwb_bytes = _from_bytes("number.nwb", "table.nwb", "times.nwb")
wcp = _from_bytes("cell.wcp")


def columns(rng: random.Random, sound: Path, folder: Path) -> Case:
    """Words of a table, its titles among them, are others; or bytes are."""
    name = rng.choice(("cell.csv", "cell.atf"))
    content = (sound / name).read_text(encoding="utf-8")
    path = folder / name
    if rng.random() < 0.3:
        path.write_bytes(mutated_bytes(rng, content.encode(), [content.encode()]))
    else:
        path.write_text(mutated_text(rng, content), encoding="utf-8", errors="surrogateescape")
    return _asked(rng, sound, path)


def abf_headers(rng: random.Random, sound: Path, folder: Path) -> Case:
    """Numbers of a header and of its sections are others, the rest is as it was."""
    name = rng.choice(("a.abf", "b.abf", "c.abf"))
    content = bytearray((sound / name).read_bytes())
    for _change in range(rng.choice((1, 1, 2, 4))):
        form = rng.choice(("<h", "<i", "<I", "<q", "<f"))
        value = rng.choice(REAL if form == "<f" else WHOLE)
        try:
            packed = struct.pack(form, value)
        except (struct.error, OverflowError):
            packed = struct.pack(form, 0)
        reach = rng.choice((400, 2048, 6144))
        at = rng.randrange(min(reach, len(content) - 8)) // 2 * 2
        content[at : at + len(packed)] = packed
    path = folder / name
    path.write_bytes(bytes(content))
    return _asked(rng, sound, path)


def npz(rng: random.Random, sound: Path, folder: Path) -> Case:
    """Arrays are of other types and shapes, or declare others than they have."""
    with np.load(sound / "cell.npz") as archive:
        arrays: dict[str, Any] = {key: archive[key] for key in archive.files}
    members = {}
    for key, array in arrays.items():
        stream = io.BytesIO()
        np.save(stream, array)
        members[key] = stream.getvalue()
    key = rng.choice(list(members))
    if rng.random() < 0.5:
        members[key] = _declared(rng, members[key])
    else:
        stream = io.BytesIO()
        np.save(stream, _other_array(rng, arrays[key]))
        members[key] = stream.getvalue()
    if rng.random() < 0.1:
        members[rng.choice(("command", "voltage", "x"))] = members.pop(key)
    path = folder / "cell.npz"
    method = rng.choice((zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED))
    with zipfile.ZipFile(path, "w", method) as archive:
        for name, content in members.items():
            archive.writestr(f"{name}.npy", content)
    return _asked(rng, sound, path)


def _declared(rng: random.Random, content: bytes) -> bytes:
    """Return an array with another header."""
    text = f"{{'descr': {rng.choice(_TYPES)!r}, 'fortran_order': {rng.choice((True, False, 3))}, "
    text += f"'shape': {rng.choice(_SHAPES)}, }}\n"
    text = mutated_text(rng, text) if rng.random() < 0.2 else text
    header, version = text.encode("utf-8", "replace"), rng.choice((1, 1, 2, 3, 9))
    length = rng.choice((len(header), len(header), 0, 65_000))
    form = "<H" if version == 1 else "<I"
    data = content[10 + struct.unpack_from("<H", content, 8)[0] :]
    return content[:6] + bytes((version, 0)) + struct.pack(form, length) + header + data


def _other_array(rng: random.Random, array: Any) -> Any:
    changed = np.array(array, dtype=np.float64)
    with np.errstate(all="ignore"):
        ways: list[Callable[[], Any]] = [
            lambda: changed.T,
            lambda: changed[..., : rng.choice((0, 1, 2, 50))] if changed.ndim else changed,
            lambda: changed * rng.choice((0.0, 1e-300, 1e9, 1e300)),
            lambda: changed.astype(rng.choice(("i1", "f2", "U5", "b1", "c16", "i8", "u8"))),
            lambda: np.full(changed.shape, rng.choice(REAL)),
            lambda: np.zeros(rng.choice(((1, 5_000_000), (5_000_000, 2), (3, 3), (1, 2)))),
            lambda: np.where(np.random.default_rng(1).random(changed.shape) < 0.5, np.nan, changed),
            lambda: changed.reshape(-1),
            lambda: rng.choice(REAL),
        ]
        return np.asarray(rng.choice(ways)())


def json_recording(rng: random.Random, sound: Path, folder: Path) -> Case:
    content = json.loads((sound / "a.json").read_text())
    content = {key: [row[::40] for row in content[key]] for key in ("voltage", "current")}
    content["dt"] = 4.0
    text = json_bytes(rng, mutated_json(rng, content))
    path = folder / "a.json"
    path.write_bytes(mutated_bytes(rng, text) if rng.random() < 0.3 else text)
    return _asked(rng, sound, path)


def nwb(rng: random.Random, sound: Path, folder: Path) -> Case:
    """Datasets, attributes and links are others."""
    name = rng.choice(("number.nwb", "table.nwb", "times.nwb"))
    path = folder / name
    shutil.copyfile(sound / name, path)
    with h5py.File(path, "r+") as file:
        for _change in range(rng.choice((1, 1, 2))):
            names: list[str] = []
            file.visit(names.append)
            place = rng.choice(names)
            if rng.random() < 0.4 and len(file[place].attrs):
                _other_attribute(rng, file[place])
            elif isinstance(file[place], h5py.Dataset):
                _other_dataset(rng, file, place)
            else:
                _other_group(rng, file, place)
    return _asked(rng, sound, path)


def _other_attribute(rng: random.Random, holder: Any) -> None:
    key = rng.choice(sorted(holder.attrs))
    value = rng.choice((*WHOLE[:10], *REAL, *TEXTS[:12]))
    try:
        if rng.random() < 0.2:
            del holder.attrs[key]
        else:
            holder.attrs[key] = rng.choice((value, [value], np.zeros(3), h5py.Empty("f8")))
    except (TypeError, ValueError, OSError, OverflowError, UnicodeError):
        del holder.attrs[key]


def _other_dataset(rng: random.Random, file: Any, place: str) -> None:
    attributes = dict(file[place].attrs)
    old = file[place][()]
    del file[place]
    way = rng.randrange(7)
    if way == 0:
        shape = rng.choice(((1 << 20,), (1 << 33,), (3, 1 << 30), (0,), (1 << 22, 2)))
        file.create_dataset(place, shape, rng.choice(("f8", "i1", "f4")), chunks=True)
    elif way == 1:
        file[place] = rng.choice((*REAL, *WHOLE[:10], "x", b"x"))
    elif way == 2:
        file[place] = np.full(rng.choice(((5,), (5, 2), (1,))), rng.choice(REAL))
    elif way == 3:
        file[place] = h5py.Empty(rng.choice(("f8", "S3")))
    elif way == 4:
        target = rng.choice(("/", "/acquisition", "/nowhere", f"/{place}"))
        file[place] = rng.choice((h5py.SoftLink(target), h5py.ExternalLink("/dev/zero", "/x")))
        return
    elif way == 5 and isinstance(old, np.ndarray) and old.dtype.kind == "f":
        file[place] = old[: rng.choice((0, 1, 100))] * rng.choice((1, 1e300, np.nan))
    else:
        return
    for key, value in attributes.items():
        file[place].attrs[key] = value


def _other_group(rng: random.Random, file: Any, place: str) -> None:
    way = rng.randrange(3)
    if way == 0:
        del file[place]
    elif way == 1:
        file[place]["loop"] = h5py.SoftLink("/")
    else:
        file[place]["again"] = file["/acquisition" if "acquisition" in file else "/"]


def mask(rng: random.Random, sound: Path, folder: Path) -> Case:
    """A mask in a file, or on the command line."""
    text = mutated_text(rng, rng.choice(MASKS), MASKS)
    path = folder / "all.mask"
    path.write_bytes(text.encode("utf-8", rng.choice(("replace", "surrogatepass"))))
    if rng.random() < 0.1:
        path.write_bytes(mutated_bytes(rng, path.read_bytes()))
    word = str(path) if rng.random() < 0.6 else text
    cell = sound / "cell.npz"
    return command("compare", cell, cell, "-m", rng.choice(("O", "OV", "VRM")), "-k", word)
