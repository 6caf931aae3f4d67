// exp, expm1 and division for the adaptive integrator: as exact as its steps are, and faster.
//
// The relative error is below 1e-8 in double, as in float 5e-7: a rate that is wrong by that much
// changes a voltage by less than a thousandth of any tolerance. Where there is no AVX-512 with
// vectors of 64 bytes, these are the functions of lanes.hpp.
//
// exp() stays between e^-230 and e^230 (e^-28 and e^28 in float), so that products of a few such
// values, and their inverses, stay in the format: an inverse of 0 or infinity would be nan here.
//
// AVX-512 says how far its approximate inverse may be from the true one, not what it is: processors
// of different makers may differ. With LANES_SAME_BITS the inverse is the true one everywhere.
#ifndef PYNEURONAUTOFIT_QUICK_HPP
#define PYNEURONAUTOFIT_QUICK_HPP

#include "lanes.hpp"

namespace quick {

using lanes::real;
using lanes::single;
using lanes::V;

constexpr real widest = single ? real(28) : real(230);

#if LANES_AVX512
#ifdef LANES_SINGLE
typedef __m512 Raw;
LANES_INLINE V nearly_inv(V x) { return (V)_mm512_maskz_rcp14_ps(0xffff, (Raw)x); }
LANES_INLINE V at_most(V x, real bound) {
    return (V)_mm512_mask_min_ps((Raw)x, 0xffff, _mm512_set1_ps(bound), (Raw)x);
}
LANES_INLINE V at_least(V x, real bound) {
    return (V)_mm512_mask_max_ps((Raw)x, 0xffff, _mm512_set1_ps(bound), (Raw)x);
}
LANES_INLINE V scaled(V x, V power) {
    return (V)_mm512_maskz_scalef_ps(0xffff, (Raw)x, (Raw)power);
}
LANES_INLINE V root(V t) {
    return (V)_mm512_permutex2var_ps(_mm512_load_ps(lanes::exp_table), (__m512i)t,
                                     _mm512_load_ps(lanes::exp_table + 16));
}
constexpr real shift = 0x1.8p18f;  // leaves multiples of 1/32
// (exp(r) - 1) / r for |r| <= ln2 / 64.
LANES_INLINE V tail(V r) { return r * real(0x1.00009ap-1) + real(0x1.0000f6p+0); }
#else
typedef __m512d Raw;
LANES_INLINE V nearly_inv(V x) { return (V)_mm512_maskz_rcp14_pd(0xff, (Raw)x); }
LANES_INLINE V at_most(V x, real bound) {
    return (V)_mm512_mask_min_pd((Raw)x, 0xff, _mm512_set1_pd(bound), (Raw)x);
}
LANES_INLINE V at_least(V x, real bound) {
    return (V)_mm512_mask_max_pd((Raw)x, 0xff, _mm512_set1_pd(bound), (Raw)x);
}
LANES_INLINE V scaled(V x, V power) {
    return (V)_mm512_maskz_scalef_pd(0xff, (Raw)x, (Raw)power);
}
LANES_INLINE V root(V t) {
    return (V)_mm512_permutex2var_pd(_mm512_load_pd(lanes::exp_table), (__m512i)t,
                                     _mm512_load_pd(lanes::exp_table + 8));
}
constexpr real shift = 0x1.8p48;  // leaves multiples of 1/16
// (exp(r) - 1) / r for |r| <= ln2 / 32.
LANES_INLINE V tail(V r) {
    const V p = r * real(0x1.55583ba5727b8p-3) + real(0x1.00021f8c0c1c8p-1);
    return p * r + real(0x1.fffffff9784ebp-1);
}
#endif

#ifdef LANES_SAME_BITS
LANES_INLINE V inv(V x) { return lanes::inv(x); }
LANES_INLINE V div(V a, V b) { return lanes::div(a, b); }
#else
LANES_INLINE V inv(V x) {
    const V y = nearly_inv(x);
    return y + y * (real(1) - x * y);
}
LANES_INLINE V div(V a, V b) { return a * inv(b); }
#endif

// Tang 1989, as in lanes.hpp.
LANES_INLINE V exp(V x, real bound = widest) {
    x = at_least(at_most(x, bound), -bound);
    const V t = x * lanes::log2_e + shift, n = t - shift;
    const V r = x - n * lanes::ln2, y = root(t);
    return scaled(y + (y * r) * tail(r), n);
}
LANES_INLINE V expm1(V x) {
    x = at_least(at_most(x, widest), -widest);
    const V t = x * lanes::log2_e + shift, n = t - shift;
    const V r = x - n * lanes::ln2, y = scaled(root(t), n);
    return (y - real(1)) + (y * r) * tail(r);
}
#else
LANES_INLINE V inv(V x) { return lanes::inv(x); }
LANES_INLINE V div(V a, V b) { return lanes::div(a, b); }
LANES_INLINE V bounded(V x, real bound) {
    x = bound < x ? lanes::broadcast(bound) : x;
    return x < -bound ? lanes::broadcast(-bound) : x;
}
LANES_INLINE V exp(V x, real bound = widest) { return lanes::exp(bounded(x, bound)); }
LANES_INLINE V expm1(V x) { return lanes::expm1(bounded(x, widest)); }
#endif

// x^(-1/3) to 2 %, for x >= 0 (at 0 something large): bits taken for a logarithm.
LANES_INLINE V inverse_cube_root(V x) {
    typedef float F __attribute__((vector_size(lanes::W * 4)));
    typedef std::int32_t I __attribute__((vector_size(lanes::W * 4)));
    const float scale = 8388608.0f, one = 127.0f - 0.045f;  // 2^23; where the logarithm is 0
    const F f = __builtin_convertvector(x, F) + 1e-9f;
    const F logarithm = __builtin_convertvector((I)f, F) * (1.0f / scale) - one;
    const F power = (logarithm * (-1.0f / 3.0f) + one) * scale;
    return __builtin_convertvector((F)__builtin_convertvector(power, I), V);
}

// Of x > 0; elsewhere as lanes.hpp has it.
LANES_INLINE V log_of_positive(V x) {
    const lanes::Split a = lanes::split(x);
    const V f = a.m - real(1), s = f * inv(f + real(2)), z = s * s;
    V q = lanes::broadcast(real(2.0 / 9.0));
    q = q * z + real(2.0 / 7.0);
    q = q * z + real(2.0 / 5.0);
    q = q * z + real(2.0 / 3.0);
    return a.exponent * lanes::ln2 + (s * real(2) + s * z * q);
}
LANES_INLINE V log(V x) {
    const V y = log_of_positive(x);
    const lanes::M usual = (x > real(0)) & (x < lanes::infinity);
    return lanes::all(usual) ? y : lanes::select(usual, y, lanes::log(x));
}
LANES_INLINE V pow(V x, V y) {
    const lanes::M usual = (x > real(0)) & (x < lanes::infinity);
    // Concentrations have powers that are large by themselves.
    const V z = exp(y * log_of_positive(x), lanes::exp_highest);
    return lanes::all(usual) ? z : lanes::select(usual, z, lanes::pow(x, y));
}

// (exp(x) - 1) / x, 1 at x = 0.
LANES_INLINE V phi1(V x) {
    const real tiny = single ? real(1e-30) : real(1e-300);
    return lanes::fabs(x) < tiny ? lanes::broadcast(real(1)) : expm1(x) / x;
}

}  // namespace quick

#endif
