"""Every mode once more, as plainly as it can be written: one model, one sweep, no tricks.

Independent of the package: only NumPy, and loops where the definition is a loop. Each function
takes the recording's and the model's voltages (n_sweep, n_sample) in mV and returns the vector.
"""

from dataclasses import dataclass

import numpy as np


@dataclass
class Given:
    """What the modes read besides the voltages."""

    first: int
    last: int
    step: float
    threshold: float = 0.0
    count: int = 2
    before: int = 70
    after: int = 140
    zoom: float | None = None
    bins: int = 12
    smoothing: float = 20.0


def runs(voltage, threshold):
    """(u, d) of every run of samples above the threshold."""
    found, start = [], None
    for k, sample in enumerate(voltage):
        if sample > threshold and start is None:
            start = k
        if not sample > threshold and start is not None:
            found.append((start, k - 1))
            start = None
    return found if start is None else [*found, (start, len(voltage) - 1)]


def in_stimulus(voltage, given):
    return [(u, d) for u, d in runs(voltage, given.threshold) if given.first <= u <= given.last]


def shape(voltage, u, given):
    where = np.arange(u - given.before, u + given.after)
    return voltage[np.clip(where, 0, len(voltage) - 1)]


def padded(values, count, missing):
    return [*values[:count], *[missing] * (count - len(values[:count]))]


def _each(recording, model, features):
    pairs = zip(recording, model)
    return np.concatenate([np.abs(np.subtract(features(x), features(y))) for x, y in pairs])


def mode_O(recording, model, given):
    return _each(recording, model, lambda x: [len(runs(x, given.threshold))])


def mode_N(recording, model, given):
    first, last = given.first, given.last

    def counts(x):
        starts = np.array([u for u, _ in runs(x, given.threshold)])
        within = np.sum((starts >= first) & (starts <= last))
        after = np.sum((starts >= last) & (starts <= 2 * last - first))
        return [len(starts), within, after]

    return _each(recording, model, counts)


def mode_T(recording, model, given):
    missing = recording.shape[1] * given.step + 1

    def times(x):
        return padded([u * given.step for u, _ in runs(x, given.threshold)], given.count, missing)

    return _each(recording, model, times)


def mode_W(recording, model, given):
    missing = recording.shape[1] * given.step + 1

    def widths(x):
        return padded(
            [(d - u) * given.step for u, d in in_stimulus(x, given)], given.count, missing
        )

    return _each(recording, model, widths)


def mode_F(recording, model, given):
    seconds = (given.last - given.first + 1) * given.step / 1000
    return _each(recording, model, lambda x: [len(in_stimulus(x, given)) / seconds])


def mode_S(recording, model, given):
    flat = np.full(given.before + given.after, 1e3)

    def shapes(x):
        found = [shape(x, u, given) for u, _ in in_stimulus(x, given)]
        return padded(found, given.count, flat)

    return np.array(
        [
            np.sum(np.abs(one - other))
            for x, y in zip(recording, model)
            for one, other in zip(shapes(x), shapes(y))
        ]
    )


def mode_A(recording, model, given):
    def average(x):
        found = [shape(x, u, given) for u, _ in in_stimulus(x, given)]
        return np.mean(found, axis=0) if found else np.full(given.before + given.after, 1e3)

    return np.array([np.mean(np.abs(average(x) - average(y))) for x, y in zip(recording, model)])


def moments(x):
    mean, std = np.mean(x), np.std(x)
    if std == 0:
        return [mean, 0.0, 0.0, 0.0]
    return [mean, std, np.mean((x - mean) ** 3) / std**3, np.mean((x - mean) ** 4) / std**4]


def mode_L(recording, model, given):
    return _each(recording, model, lambda x: moments(x[given.last :]))


def mode_M(recording, model, given):
    return _each(recording, model, lambda x: moments(x[given.first : given.last]))


def mode_R(recording, model, given):
    def rest(sweeps):
        joined = np.concatenate([x[: given.first] for x in sweeps])
        return np.array([np.mean(joined), np.std(joined)])

    return np.abs(rest(recording) - rest(model))


def _root(x, y):
    return np.sqrt(np.sum((x - y) ** 2)) / len(x) if len(x) else 0.0


def mode_C(recording, model, given):
    part = slice(given.first, given.last)
    return np.array([_root(x[part], y[part]) for x, y in zip(recording, model)])


def mode_D(recording, model, given):
    part = slice(given.last, None)
    return np.array([_root(x[part], y[part]) for x, y in zip(recording, model)])


def subthreshold(x, y, given):
    keep = np.ones(len(x), dtype=bool)
    for voltage in (x, y):
        for u, _ in runs(voltage, given.threshold):
            keep[max(u - given.before, 0) : u + given.after] = False
    return keep


def mode_U(recording, model, given):
    keeps = [subthreshold(x, y, given) for x, y in zip(recording, model)]
    return np.array([_root(x[keep], y[keep]) for x, y, keep in zip(recording, model, keeps)])


def mode_V(recording, model, given):
    return np.array([np.sum((x - y) ** 2) / len(x) for x, y in zip(recording, model)])


def mode_Z(recording, model, given):
    def one(x, y):
        found = runs(x, given.threshold)
        weight = np.ones(len(x))
        for u, d in found:
            if given.zoom is None:
                weight[u:d] = len(x) / len(found)
            else:
                relative = abs(given.zoom) * len(x) / len(found)
                weight[u:d] = given.zoom if given.zoom > 0 else relative
        return np.sum(weight * np.abs(x - y)) / np.sum(weight)

    return np.array([one(x, y) for x, y in zip(recording, model)])


def mode_X(recording, model, given):
    def farness(odd):  # of two that are as near, the larger one
        return round(abs(odd * given.step - given.smoothing), 9), -odd

    odd = min(range(1, 2 * recording.shape[1] + 3, 2), key=farness)
    half = odd // 2

    def smoothed(x):
        return np.array([np.mean(x[max(k - half, 0) : k + half + 1]) for k in range(len(x))])

    return np.array([np.mean((smoothed(x) - smoothed(y)) ** 2) for x, y in zip(recording, model)])


def _histogram_distance(recording, model, given):
    def points(x):
        return (x[1:] + x[:-1]) / 2, np.diff(x) / given.step

    every = [points(x) for x in recording]
    edges = [
        np.linspace(min(np.min(p[axis]) for p in every), max(np.max(p[axis]) for p in every),
        given.bins + 1) for axis in (0, 1)
    ]  # fmt: skip

    def one(x, y):
        hx = np.histogram2d(*points(x), bins=edges)[0]
        hy = np.histogram2d(*points(y), bins=edges)[0]
        return np.sum(np.abs(hx - hy) * (1 - hx / np.sum(hx)))

    return np.array([one(x, y) for x, y in zip(recording, model)])


def mode_P(recording, model, given):
    return _histogram_distance(recording, model, given)


def mode_Q(recording, model, given):
    part = slice(given.first, given.last)
    return _histogram_distance(recording[:, part], model[:, part], given)


MODES = {code: globals()[f"mode_{code}"] for code in "ONTSAWRLMUCDVZPQFX"}


def collapsed(code, recording, model, given):
    vector = MODES[code](recording, model, given)
    if code in "WVZX":
        return np.mean(vector)
    if code in "UCD":
        parts = {
            "U": [subthreshold(x, y, given) for x, y in zip(recording, model)],
            "C": [slice(given.first, given.last)] * len(recording),
            "D": [slice(given.last, None)] * len(recording),
        }[code]
        s = np.array([np.sum((x[p] - y[p]) ** 2) for x, y, p in zip(recording, model, parts)])
        n = np.array([len(x[p]) for x, p in zip(recording, parts)])
        return np.sqrt(np.sum(s * n) / np.sum(n)) if np.sum(n) else 0.0
    return np.sum(vector)
