// Vectors of lanes, their arithmetic, and exp; lanes_math.hpp, at the end, has the other functions.
//
// A lane is one cell. V holds the same quantity of W cells, and whatever happens in one lane (a
// nan, an overflow) stays there: no function of this file lets lanes meet, any() and all() apart.
//
// LANES_SINGLE  lanes of float instead of double
// LANES_BYTES   width of a vector: 64, 32 or 16; by default what the target has
//
// exp() has a form for AVX-512 with 64 bytes. Everything else is written in the vector extension
// that gcc and clang share, and runs on any CPU. The largest errors found, in ulp: exp 1.1 in
// double and 1.7 in float, expm1 1.6, log 0.8, log10 0.6; of pow, relative: 7e-16 and 1.3e-7.
// tests/codegen/runtime/test_lanes_math.py asserts bounds little above.
//
// Build with -ffp-contract=fast, never with -ffast-math: rounding by a large constant and sums in
// two parts, both used below, do not survive reassociation.
#ifndef PYNEURONAUTOFIT_LANES_HPP
#define PYNEURONAUTOFIT_LANES_HPP

#include <cmath>
#include <cstdint>
#include <limits>

#if defined(__x86_64__) || defined(__i386__)
#include <immintrin.h>
#endif

#ifndef LANES_BYTES
#if defined(__AVX512F__)
#define LANES_BYTES 64
#elif defined(__AVX__)
#define LANES_BYTES 32
#else
#define LANES_BYTES 16
#endif
#endif
#if LANES_BYTES != 64 && LANES_BYTES != 32 && LANES_BYTES != 16
#error "LANES_BYTES: expected 64, 32 or 16"
#endif

#if LANES_BYTES == 64 && defined(__AVX512F__)
#define LANES_AVX512 1
#else
#define LANES_AVX512 0
#endif

#define LANES_INLINE static inline __attribute__((always_inline))
#if defined(__GNUC__) && !defined(__clang__)
// Functions are inlined, so how wide vectors would be passed to them does not matter.
#pragma GCC diagnostic ignored "-Wpsabi"
#endif

namespace lanes {

#ifdef LANES_SINGLE
typedef float real;
typedef uint32_t bits;
#else
typedef double real;
typedef uint64_t bits;
#endif

constexpr int W = LANES_BYTES / int(sizeof(real));

typedef real V __attribute__((vector_size(LANES_BYTES)));
typedef decltype(V() < V()) M;  // 0 or -1 in each lane
typedef bits B __attribute__((vector_size(LANES_BYTES)));
typedef V Stored __attribute__((may_alias));

// ---------------------------------------------------------------- numbers of the format

constexpr bool single = sizeof(real) == 4;
constexpr int mantissa_bits = single ? 23 : 52;
constexpr bits exponent_bias = single ? 127 : 1023;
constexpr bits mantissa_mask = (bits(1) << mantissa_bits) - 1;
constexpr bits sign_mask = bits(1) << (8 * sizeof(real) - 1);
constexpr bits bits_of_one = exponent_bias << mantissa_bits;
constexpr bits bits_of_root_half = single ? bits(0x3f3504f3) : bits(0x3fe6a09e667f3bcdULL);
constexpr real infinity = std::numeric_limits<real>::infinity();
constexpr real not_a_number = std::numeric_limits<real>::quiet_NaN();
constexpr real smallest_normal = std::numeric_limits<real>::min();
// Adding it leaves an integer in the last bits of the mantissa: 1.5 * 2^mantissa_bits.
constexpr real magic = single ? real(12582912.0) : real(6755399441055744.0);

constexpr real log2_e = real(1.4426950408889634074);
constexpr real ln2 = real(0.69314718055994530942);
// ln 2 in two parts. The first has so few bits that its product with an exponent is exact, in
// steps of 1/16 (1/32 in float) as well, even on a CPU without fused multiply-add.
constexpr real ln2_high = single ? real(0x1.62ep-1) : real(0x1.62e42fefap-1);
constexpr real ln2_low = single ? real(0x1.0bfbe8e7bcd5ep-15) : real(0x1.cf79abc9e3b3ap-40);

// ---------------------------------------------------------------- denormal numbers

// As long as it lives, this thread takes denormal numbers for 0: gates decay into them, and
// each operation on one costs a hundred others.
struct FlushDenormals {
#if defined(__SSE2__)
    unsigned before;
    FlushDenormals() : before(_mm_getcsr()) { _mm_setcsr(before | 0x8040u); }
    ~FlushDenormals() { _mm_setcsr(before); }
#else
    FlushDenormals() {}
    ~FlushDenormals() {}
#endif
    FlushDenormals(const FlushDenormals &) = delete;
    FlushDenormals &operator=(const FlushDenormals &) = delete;
};

// ---------------------------------------------------------------- lanes

LANES_INLINE V broadcast(real x) { return V{} + x; }
LANES_INLINE V load(const real *p) { return *reinterpret_cast<const Stored *>(p); }
LANES_INLINE void store(real *p, V x) { *reinterpret_cast<Stored *>(p) = x; }
// Bitwise: a nan in the branch that is not taken does no harm.
LANES_INLINE V select(M m, V yes, V no) { return m ? yes : no; }

LANES_INLINE bool any(M m) {
#if LANES_AVX512
    return _mm512_test_epi32_mask((__m512i)m, (__m512i)m) != 0;
#else
    bool found = false;
    for (int i = 0; i < W; i++) found |= m[i] != 0;
    return found;
#endif
}
LANES_INLINE bool all(M m) { return !any(~m); }

// One lane after the other: for functions that channels rarely call.
template <class F> LANES_INLINE V each(V x, F f) {
    V r = x;
    for (int i = 0; i < W; i++) r[i] = f(x[i]);
    return r;
}
template <class F> LANES_INLINE V each(V x, V y, F f) {
    V r = x;
    for (int i = 0; i < W; i++) r[i] = f(x[i], y[i]);
    return r;
}

// ---------------------------------------------------------------- arithmetic

LANES_INLINE V fabs(V x) { return (V)((B)x & ~sign_mask); }
LANES_INLINE V copysign(V size, V sign) {
    return (V)(((B)size & ~sign_mask) | ((B)sign & sign_mask));
}
// As in C: where one argument is nan, the other.
LANES_INLINE V fmin(V a, V b) {
    V r = a < b ? a : b;
    return b != b ? a : r;
}
LANES_INLINE V fmax(V a, V b) {
    V r = a > b ? a : b;
    return b != b ? a : r;
}

// a * b + c, rounded once where the CPU has an instruction for it (LANES_FMA), else twice.
#if LANES_AVX512 || defined(__FMA__) || defined(__aarch64__) || \
    (defined(__FP_FAST_FMA) && defined(__FP_FAST_FMAF))
#define LANES_FMA 1
#else
#define LANES_FMA 0
#endif
LANES_INLINE V fma(V a, V b, V c) {
#if LANES_FMA
    V r = c;
    for (int i = 0; i < W; i++) r[i] = std::fma(a[i], b[i], c[i]);
    return r;
#else
    return a * b + c;
#endif
}

// Plain division: on Zen 4, a reciprocal estimate with Newton steps has the better throughput
// alone, but is slower in an expression with an exp, because the divider is a unit of its own.
LANES_INLINE V div(V a, V b) { return a / b; }
LANES_INLINE V inv(V x) { return real(1) / x; }

LANES_INLINE V floor(V x) { return each(x, [](real v) { return std::floor(v); }); }
LANES_INLINE V ceil(V x) { return each(x, [](real v) { return std::ceil(v); }); }
LANES_INLINE V sqrt(V x) { return each(x, [](real v) { return std::sqrt(v); }); }

// The exact rounding error of p = a * b, and c - a * b with one rounding.
#if LANES_FMA
LANES_INLINE V product_error(V a, V b, V p) { return fma(a, b, -p); }
LANES_INLINE V minus_product(V c, V a, V b) { return fma(-a, b, c); }
#else
// Both factors are cut into halves, whose products are exact: T. J. Dekker, "A floating-point
// technique for extending the available precision", Numerische Mathematik 18 (1971) 224-242.
LANES_INLINE V product_error(V a, V b, V p) {
    const real cut = single ? real(4097.0) : real(134217729.0);
    V wide_a = a * cut, wide_b = b * cut;
    V a1 = wide_a - (wide_a - a), b1 = wide_b - (wide_b - b);
    V a2 = a - a1, b2 = b - b1;
    return ((a1 * b1 - p) + a1 * b2 + a2 * b1) + a2 * b2;
}
LANES_INLINE V minus_product(V c, V a, V b) {
    V p = a * b;
    return (c - p) - product_error(a, b, p);
}
#endif

// ---------------------------------------------------------------- exp

// Where exp() stops: NEURON's channels see 0 below, and above the value at the limit. Float keeps
// some room below its largest number, because kernels add and multiply such values.
constexpr real exp_lowest = single ? real(-87) : real(-700);
constexpr real exp_highest = single ? real(80) : real(700);

// exp(r) = 1 + r + r^2 p(r) for |r| <= ln2 / 2. Minimax coefficients for the relative error, which
// is 4e-18 (double), 3e-9 (float).
LANES_INLINE V exp_tail(V r) {
    if (single) {
        V p = broadcast(real(0x1.6a2454p-10));
        p = p * r + real(0x1.1239f8p-7);
        p = p * r + real(0x1.5558f2p-5);
        p = p * r + real(0x1.555492p-3);
        return p * r + real(0x1.fffffcp-2);
    }
    V p = broadcast(real(0x1.ad7f550603459p-26));
    p = p * r + real(0x1.28ad818029b19p-22);
    p = p * r + real(0x1.71df257a3c224p-19);
    p = p * r + real(0x1.a01999fd387efp-16);
    p = p * r + real(0x1.a01a012a3b82ap-13);
    p = p * r + real(0x1.6c16c1842f5ccp-10);
    p = p * r + real(0x1.1111111127c55p-7);
    p = p * r + real(0x1.5555555550866p-5);
    p = p * r + real(0x1.55555555554fap-3);
    return p * r + real(0x1.000000000000ap-1);
}

// x = n ln2 + r + rest with integral n; `power` is 2^n, which must be a normal number. ln2 is taken
// off in two parts, of which the first has so few bits that its product with n is exact: W. J. Cody,
// W. Waite, Software Manual for the Elementary Functions (Prentice-Hall 1980).
struct Reduced {
    V r, rest, power;
};
LANES_INLINE Reduced reduce(V x) {
    // The bias of the exponent in the constant leaves the very bits of 2^n, once they are shifted.
    const real shift = magic + real(exponent_bias);
    V t = x * log2_e + shift;
    V n = t - shift;
    V high = x - n * ln2_high;
    V r = high - n * ln2_low;
    return {r, (high - r) - n * ln2_low, (V)((B)t << mantissa_bits)};
}

#if LANES_AVX512
// 2^(j/16) (2^(j/32) in float) comes from a table, which fills two registers and is read by one
// permutation. What is left of x is so small that a short polynomial does: P. T. P. Tang,
// "Table-driven implementation of the exponential function in IEEE floating-point arithmetic", ACM
// Transactions on Mathematical Software 15 (1989) 144-157.
#ifdef LANES_SINGLE
alignas(64) static const real exp_table[32] = {
    0x1.0p+0f, 0x1.059b0ep+0f, 0x1.0b5586p+0f, 0x1.11301ep+0f, 0x1.172b84p+0f, 0x1.1d4874p+0f,
    0x1.2387a6p+0f, 0x1.29e9ep+0f, 0x1.306fep+0f, 0x1.371a74p+0f, 0x1.3dea64p+0f, 0x1.44e086p+0f,
    0x1.4bfdaep+0f, 0x1.5342b6p+0f, 0x1.5ab07ep+0f, 0x1.6247ecp+0f, 0x1.6a09e6p+0f, 0x1.71f75ep+0f,
    0x1.7a1148p+0f, 0x1.82589ap+0f, 0x1.8ace54p+0f, 0x1.93737cp+0f, 0x1.9c4918p+0f, 0x1.a5503cp+0f,
    0x1.ae89fap+0f, 0x1.b7f77p+0f, 0x1.c199bep+0f, 0x1.cb720ep+0f, 0x1.d5818ep+0f, 0x1.dfc974p+0f,
    0x1.ea4afap+0f, 0x1.f50766p+0f};

LANES_INLINE V exp(V v) {
    __m512 x = (__m512)v;
    const __m512 shift = _mm512_set1_ps(0x1.8p18f);  // leaves multiples of 1/32
    // Not low is true of nan, which so comes through.
    __mmask16 not_low = _mm512_cmp_ps_mask(x, _mm512_set1_ps(exp_lowest), _CMP_NLT_UQ);
    // The second operand where one is nan. (gcc warns of the form without a mask.)
    x = _mm512_mask_min_ps(x, 0xffff, _mm512_set1_ps(exp_highest), x);
    __m512 t = _mm512_fmadd_ps(x, _mm512_set1_ps(log2_e), shift);
    __m512 n = _mm512_sub_ps(t, shift);
    __m512 root = _mm512_permutex2var_ps(_mm512_load_ps(exp_table), (__m512i)t,
                                         _mm512_load_ps(exp_table + 16));
    __m512 r = _mm512_fnmadd_ps(n, _mm512_set1_ps(ln2_high), x);
    r = _mm512_fnmadd_ps(n, _mm512_set1_ps(ln2_low), r);
    // Minimax for |r| <= ln2 / 64, relative error 5e-8.
    __m512 p = _mm512_fmadd_ps(r, _mm512_set1_ps(0x1.000174p-1f), _mm512_set1_ps(0x1.0000f8p+0f));
    __m512 y = _mm512_fmadd_ps(_mm512_mul_ps(root, r), p, root);
    return (V)_mm512_maskz_scalef_ps(not_low, y, n);  // takes floor(n)
}
#else
alignas(64) static const real exp_table[16] = {
    0x1.0p+0, 0x1.0b5586cf9890fp+0, 0x1.172b83c7d517bp+0, 0x1.2387a6e756238p+0,
    0x1.306fe0a31b715p+0, 0x1.3dea64c123422p+0, 0x1.4bfdad5362a27p+0, 0x1.5ab07dd485429p+0,
    0x1.6a09e667f3bcdp+0, 0x1.7a11473eb0187p+0, 0x1.8ace5422aa0dbp+0, 0x1.9c49182a3f09p+0,
    0x1.ae89f995ad3adp+0, 0x1.c199bdd85529cp+0, 0x1.d5818dcfba487p+0, 0x1.ea4afa2a490dap+0};

LANES_INLINE V exp(V v) {
    __m512d x = (__m512d)v;
    const __m512d shift = _mm512_set1_pd(0x1.8p48);  // leaves multiples of 1/16
    // Not low is true of nan, which so comes through.
    __mmask8 not_low = _mm512_cmp_pd_mask(x, _mm512_set1_pd(exp_lowest), _CMP_NLT_UQ);
    // The second operand where one is nan. (gcc warns of the form without a mask.)
    x = _mm512_mask_min_pd(x, 0xff, _mm512_set1_pd(exp_highest), x);
    __m512d t = _mm512_fmadd_pd(x, _mm512_set1_pd(log2_e), shift);
    __m512d n = _mm512_sub_pd(t, shift);
    __m512d root = _mm512_permutex2var_pd(_mm512_load_pd(exp_table), (__m512i)t,
                                          _mm512_load_pd(exp_table + 8));
    __m512d r = _mm512_fnmadd_pd(n, _mm512_set1_pd(ln2_high), x);
    r = _mm512_fnmadd_pd(n, _mm512_set1_pd(ln2_low), r);
    // Minimax for |r| <= ln2 / 32, relative error 1.2e-17.
    __m512d p = _mm512_set1_pd(0x1.6c14cb0cffb0dp-10);
    p = _mm512_fmadd_pd(p, r, _mm512_set1_pd(0x1.11123aaf2893cp-7));
    p = _mm512_fmadd_pd(p, r, _mm512_set1_pd(0x1.55555558f65cdp-5));
    p = _mm512_fmadd_pd(p, r, _mm512_set1_pd(0x1.555555548f87ep-3));
    p = _mm512_fmadd_pd(p, r, _mm512_set1_pd(0x1.fffffffffffb9p-2));
    p = _mm512_fmadd_pd(p, r, _mm512_set1_pd(1.0));
    __m512d y = _mm512_fmadd_pd(_mm512_mul_pd(root, r), p, root);
    return (V)_mm512_maskz_scalef_pd(not_low, y, n);  // takes floor(n)
}
#endif
#else
LANES_INLINE V exp(V x) {
    V at_most = exp_highest < x ? broadcast(exp_highest) : x;
    Reduced a = reduce(at_most);
    V p = exp_tail(a.r) * a.r + real(1);
    V y = (p * a.r + real(1)) * a.power;
    return x < exp_lowest ? V{} : y;
}
#endif

}  // namespace lanes

#include "lanes_math.hpp"

#endif
