"""The functions on lanes against mpmath, C's own, and each other."""

import ctypes
import functools
import math
import platform

import mpmath
import numpy as np
import pytest

from pyneuronautofit.codegen.compile import compile_kernel

X86 = platform.machine() in ("x86_64", "AMD64")
TYPES = {"double": np.float64, "single": np.float32}
# Bits of the mantissa with the hidden one, exponent of the smallest normal number.
FORMATS = {np.dtype(np.float64): (53, -1021), np.dtype(np.float32): (24, -125)}
EXP_RANGE = {"double": (-700.0, 700.0), "single": (-87.0, 80.0)}
LARGEST_POWER_OF_TEN = {"double": 300, "single": 37}
POINTS = 800

UNARY = (
    *("exp", "expm1", "log", "log10", "inv", "sqrt", "fabs", "floor", "ceil"),
    *("sin", "cos", "tan", "asin", "acos", "atan", "sinh", "cosh", "tanh"),
)
BINARY = ("div", "pow", "fmin", "fmax", "fmod", "atan2")
SOURCE = "\n".join(
    [
        '#include "lanes.hpp"',
        "using namespace lanes;",
        'extern "C" int width() { return W; }',
        *(
            f'extern "C" void run_{name}(const real *x, const real *, real *out, long count)'
            f"{{ for (long i = 0; i < count; i += W) store(out + i, lanes::{name}(load(x + i))); }}"
            for name in UNARY
        ),
        *(
            f'extern "C" void run_{name}(const real *x, const real *y, real *out, long count)'
            "{ for (long i = 0; i < count; i += W)"
            f" store(out + i, lanes::{name}(load(x + i), load(y + i))); }}"
            for name in BINARY
        ),
        'extern "C" void run_select(const real *x, const real *y, real *out, long count)'
        "{ for (long i = 0; i < count; i += W) { V a = load(x + i), b = load(y + i);"
        " store(out + i, select(a < b, a, b)); } }",
        'extern "C" int compare(const real *x, const real *y)'
        "{ M m = load(x) < load(y); return 2 * any(m) + all(m); }",
        'extern "C" void halve(const real *x, real *out)'
        "{ { FlushDenormals flush; store(out, load(x) * real(0.5)); }"
        " store(out + W, load(x) * real(0.5)); }",
    ]
)


class Lanes:
    """The compiled functions, on arrays of any length."""

    def __init__(self, library, precision):
        self.library = library
        self.dtype = np.dtype(TYPES[precision])
        self.width = library.width()

    def aligned(self, values=(), count=None):
        count = len(values) if count is None else count
        whole = -(-max(count, 1) // self.width) * self.width
        raw = np.zeros(whole * self.dtype.itemsize + 64, np.uint8)
        start = -raw.ctypes.data % 64
        array = raw[start : start + whole * self.dtype.itemsize].view(self.dtype)
        array[: len(values)] = values
        return array

    def __call__(self, name, x, y=()):
        x, y = np.broadcast_arrays(x, y) if len(y) else (np.asarray(x), ())
        inputs = self.aligned(x), self.aligned(y, len(x))
        out = self.aligned(count=len(x))
        pointers = (ctypes.c_void_p(array.ctypes.data) for array in (*inputs, out))
        getattr(self.library, f"run_{name}")(*pointers, ctypes.c_long(len(out)))
        return out[: len(x)].copy()

    def bits(self, name, x, y=()):
        return self(name, x, y).view(f"u{self.dtype.itemsize}").tolist()


@functools.cache
def _built(precision, width, compiler):
    with pytest.MonkeyPatch.context() as patch:
        if compiler:
            patch.setenv("CXX", compiler)
        path = compile_kernel(f"#define LANES_BYTES {width}\n{SOURCE}", precision=precision)
    return Lanes(ctypes.CDLL(str(path)), precision)


# What a CPU without fused multiply-add computes.
PLAIN = "g++ -mno-fma -mno-avx512f"


@pytest.fixture(
    params=[(64, ""), (32, ""), (16, ""), (16, PLAIN)],
    ids=["64 bytes", "32 bytes", "16 bytes", "16 bytes, no fma"],
)
def variant(request):
    if request.param[1] and not X86:
        pytest.skip("these flags are for x86")
    return request.param


@pytest.fixture(params=list(TYPES))
def precision(request):
    return request.param


@pytest.fixture
def lanes(cache, variant, precision):
    return _built(precision, *variant)


@functools.cache
def samples(name, precision):
    """Arguments that a channel may have, and some that it should not."""
    rng = np.random.default_rng(20)
    top = LARGEST_POWER_OF_TEN[precision]
    lowest, highest = EXP_RANGE[precision]
    near_zero = rng.normal(size=POINTS) * 10.0 ** rng.uniform(-12, 0, POINTS)
    positive = np.concatenate(
        [10.0 ** rng.uniform(-top, top, POINTS), 1 + near_zero / 40, rng.uniform(0.5, 2, POINTS)]
    )
    several = {
        "exp": [np.linspace(lowest, highest, POINTS), rng.normal(0, 3, POINTS), near_zero],
        # Where the error is largest: after the first change of the exponent.
        "expm1": [near_zero, rng.uniform(0.34, 0.4, POINTS), rng.uniform(-40, highest, POINTS)],
    }
    values = np.concatenate(several[name]) if name in several else positive
    return values.astype(TYPES[precision])


@functools.cache
def exact(name, precision):
    functions = {"inv": lambda v: 1 / v}
    function = functions.get(name) or getattr(mpmath, name)
    with mpmath.workprec(160):
        return [function(mpmath.mpf(float(x))) for x in samples(name, precision)]


def errors_ulp(got, wanted):
    """The distance of each number from the exact one, in units of the last place there."""
    bits, lowest = FORMATS[got.dtype]
    errors = []
    with mpmath.workprec(160):
        for value, true in zip(got.tolist(), wanted, strict=True):
            exponent = max(mpmath.frexp(true)[1], lowest)
            errors.append(float(abs(mpmath.mpf(value) - true) * mpmath.mpf(2) ** (bits - exponent)))
    return np.array(errors)


@pytest.mark.parametrize(
    ("name", "most"),
    [("exp", 2), ("expm1", 2), ("log", 1), ("log10", 1), ("inv", 0.5), ("sqrt", 0.5)],
)
def test_error_in_units_of_the_last_place(lanes, precision, name, most):
    got = lanes(name, samples(name, precision))
    assert errors_ulp(got, exact(name, precision)).max() <= most


def test_division_is_rounded_correctly(lanes):
    rng = np.random.default_rng(3)
    a, b = (10.0 ** rng.uniform(-18, 18, (2, POINTS))).astype(lanes.dtype)
    np.testing.assert_array_equal(lanes("div", a, b), a / b)


@functools.cache
def powers(precision):
    rng = np.random.default_rng(4)
    third = LARGEST_POWER_OF_TEN[precision] / 3
    steep = 6000 if precision == "double" else 600
    x = [10.0 ** rng.uniform(-third, third, 400), rng.uniform(0.9, 1.1, 400)]
    y = [rng.uniform(-2.9, 2.9, 400), rng.uniform(-steep, steep, 400)]
    x, y = (np.concatenate(parts).astype(TYPES[precision]) for parts in (x, y))
    with mpmath.workprec(160):
        true = [mpmath.mpf(float(a)) ** mpmath.mpf(float(b)) for a, b in zip(x, y, strict=True)]
    return x, y, true


def test_relative_error_of_pow(lanes, precision):
    x, y, true = powers(precision)
    got = lanes("pow", x, y).tolist()
    with mpmath.workprec(160):
        worst = max(float(abs(mpmath.mpf(a) / b - 1)) for a, b in zip(got, true, strict=True))
    assert worst <= (1e-15 if precision == "double" else 2e-7)


@pytest.mark.filterwarnings("ignore:.*encountered:RuntimeWarning")
def test_pow_has_the_special_cases_of_c(lanes):
    some = [0, 1, -1, 2, -2, 0.5, -0.5, 3, -3, 2.5, 1e30, -1e30, np.inf, -np.inf, np.nan]
    x, y = (array.ravel().astype(lanes.dtype) for array in np.meshgrid(some, some))
    finite_kinds = np.power(x.astype(np.float64), y.astype(np.float64)).astype(lanes.dtype)
    np.testing.assert_allclose(lanes("pow", x, y), finite_kinds, rtol=1e-6)


def test_exp_stops_where_neuron_stops(lanes, precision):
    lowest, highest = (lanes.dtype.type(end) for end in EXP_RANGE[precision])
    below = np.nextafter(lowest, lanes.dtype.type(-np.inf))
    above = np.nextafter(highest, lanes.dtype.type(np.inf))
    at_end = lanes("exp", [lowest, highest])
    np.testing.assert_allclose(at_end, np.exp([lowest, highest]), rtol=3e-7)
    assert at_end[0] > 0
    got = lanes("exp", [below, -1e30, -np.inf, above, 1e30, np.inf, np.nan, -np.nan, 0.0])
    assert got[:3].tolist() == [0, 0, 0]
    assert got[3:6].tolist() == [at_end[1]] * 3
    assert np.isnan(got[6:8]).all()
    assert got[8] == 1


def test_special_values(lanes, precision):
    inf, nan = np.inf, np.nan
    tiny = np.finfo(lanes.dtype).smallest_subnormal
    cases = {
        "log": ([0, -1, 1, inf, -inf, nan], [-inf, nan, 0, inf, nan, nan]),
        "log10": ([0, -1, 1, 1000, inf, nan], [-inf, nan, 0, 3, inf, nan]),
        "expm1": ([0, -inf, -1e30, nan], [0, -1, -1, nan]),
        "inv": ([0, inf, -inf, nan, 4], [inf, 0, 0, nan, 0.25]),
        "sqrt": ([0, inf, -1, nan, 4], [0, inf, nan, nan, 2]),
        "fabs": ([-1, -inf, nan, 2], [1, inf, nan, 2]),
        "floor": ([-1.5, 2.5, -3, 1e30], [-2, 2, -3, 1e30]),
        "ceil": ([-1.5, 2.5, -3, 1e30], [-1, 3, -3, 1e30]),
    }
    for name, (x, wanted) in cases.items():
        expected = np.array(wanted, lanes.dtype)
        np.testing.assert_array_equal(lanes(name, x), expected, err_msg=name)
    end = lanes.dtype.type(EXP_RANGE[precision][1])
    assert lanes("expm1", [1e30, inf]).tolist() == lanes("expm1", [end] * 2).tolist()
    np.testing.assert_allclose(lanes("log", [tiny]), np.log(float(tiny)), rtol=1e-6)
    assert lanes("expm1", [tiny]) == tiny


def test_minimum_and_maximum_leave_nan_out_and_selection_leaves_lanes_out(lanes):
    x = np.array([1, 2, np.nan, 4, np.nan], lanes.dtype)
    y = np.array([2, 1, 3, np.nan, np.nan], lanes.dtype)
    np.testing.assert_array_equal(lanes("fmin", x, y), np.fmin(x, y))
    np.testing.assert_array_equal(lanes("fmax", x, y), np.fmax(x, y))
    np.testing.assert_array_equal(lanes("select", x, y), np.array([1, 1, 3, np.nan, np.nan]))


@pytest.mark.parametrize("name", ["sin", "cos", "tan", "asin", "acos", "atan", "sinh", "cosh"])
def test_functions_of_the_standard_library(lanes, name):
    x = np.linspace(-0.9, 0.9, 11).astype(lanes.dtype)
    wanted = [getattr(math, name)(value) for value in x.tolist()]
    np.testing.assert_allclose(lanes(name, x), wanted, rtol=4 * np.finfo(lanes.dtype).eps)


def test_functions_of_two_arguments_of_the_standard_library(lanes):
    x = np.array([5.5, -5.5, 0.25], lanes.dtype)
    y = np.array([2, 2, -3], lanes.dtype)
    np.testing.assert_array_equal(lanes("fmod", x, y), np.fmod(x, y))
    np.testing.assert_allclose(lanes("atan2", x, y), np.arctan2(x, y), rtol=3e-7)
    np.testing.assert_allclose(lanes("tanh", x), np.tanh(x), rtol=3e-7)


@pytest.mark.parametrize("name", ["exp", "expm1", "log", "log10", "inv", "sqrt", "pow", "div"])
def test_lanes_are_alike_and_leave_each_other_alone(lanes, name):
    rng = np.random.default_rng(5)
    x = rng.uniform(0.1, 3, lanes.width).astype(lanes.dtype)
    y = rng.uniform(-3, 3, lanes.width) if name in BINARY else ()
    alone = lanes.bits(name, x, y)
    for lane in range(lanes.width):
        for strange in (np.nan, np.inf, -1.0, 0.0, 1e38):
            disturbed = x.copy()
            disturbed[lane] = strange
            others = lanes.bits(name, disturbed, y)
            assert others[:lane] + others[lane + 1 :] == alone[:lane] + alone[lane + 1 :]
        turned = lanes.bits(name, np.roll(x, lane), np.roll(y, lane) if len(y) else ())
        assert turned == np.roll(np.array(alone, object), lane).tolist()


@pytest.mark.parametrize("name", ["exp", "expm1", "log", "log10", "pow"])
def test_32_and_16_bytes_give_the_same_bits(cache, precision, name):
    x, y, _ = powers(precision)
    wide, narrow = (_built(precision, width, "") for width in (32, 16))
    x, y = (x, y) if name == "pow" else (samples(name, precision), ())
    assert wide.bits(name, x, y) == narrow.bits(name, x, y)


def test_any_and_all(lanes):
    def compare(x):
        zero = lanes.aligned(np.zeros(lanes.width))
        x = lanes.aligned(x)
        return lanes.library.compare(*(ctypes.c_void_p(a.ctypes.data) for a in (zero, x)))

    ones = np.ones(lanes.width)
    assert (compare(ones), compare(-ones)) == (3, 0)
    for lane in range(lanes.width):
        assert compare(np.where(np.arange(lanes.width) == lane, 1, -1)) == 2
        assert compare(np.where(np.arange(lanes.width) == lane, np.nan, 1)) == 2


@pytest.mark.skipif(not X86, reason="elsewhere denormal numbers are kept")
def test_denormal_numbers_are_flushed_only_for_a_while(lanes):
    smallest = np.finfo(lanes.dtype).smallest_normal
    x, out = lanes.aligned([smallest] * lanes.width), lanes.aligned(count=2 * lanes.width)
    lanes.library.halve(*(ctypes.c_void_p(array.ctypes.data) for array in (x, out)))
    assert (out[: lanes.width] == 0).all()
    assert (out[lanes.width :] == smallest / 2).all()
