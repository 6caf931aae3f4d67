// Functions that channels call less often than exp. Included by lanes.hpp, never alone.
#ifndef PYNEURONAUTOFIT_LANES_MATH_HPP
#define PYNEURONAUTOFIT_LANES_MATH_HPP

namespace lanes {

// exp(x) - 1 without cancellation, stopped above as exp() is.
LANES_INLINE V expm1(V x) {
    const real end = single ? real(-20) : real(-40);  // from here on it is -1
    x = exp_highest < x ? broadcast(exp_highest) : x;
    x = x < end ? broadcast(end) : x;
    Reduced a = reduce(x);
    V q = ((exp_tail(a.r) * a.r) * a.r + a.rest) + a.r;
    return q * a.power + (a.power - real(1));
}

// (exp(x) - 1) / x, 1 at x = 0.
LANES_INLINE V phi1(V x) {
    const real tiny = single ? real(1e-30) : real(1e-300);
    return fabs(x) < tiny ? broadcast(real(1)) : expm1(x) / x;
}

// ---------------------------------------------------------------- log

// x = m 2^exponent with m in [sqrt(1/2), sqrt(2)), for finite x > 0.
struct Split {
    V m, exponent;
};
LANES_INLINE Split split(V x) {
    const real up = real(bits(1) << (mantissa_bits + 2));
    M small = x < smallest_normal;
    V scaled = small ? x * up : x;
    B b = (B)scaled + (bits_of_one - bits_of_root_half);
    // An integer in the mantissa of 2^mantissa_bits becomes a number by one subtraction.
    const bits base = (exponent_bias + mantissa_bits) << mantissa_bits;
    const real base_value = real(bits(1) << mantissa_bits);
    V e = (V)((b >> mantissa_bits) | base) - (base_value + real(exponent_bias));
    e = small ? e - real(mantissa_bits + 2) : e;
    return {(V)((b & mantissa_mask) + bits_of_root_half), e};
}

// log((1 + s) / (1 - s)) = 2 s + s z q(z), z = s^2, for |s| <= 0.172. Minimax coefficients for the
// relative error of the sum, which is 1.2e-18 (double), 8e-10 (float).
LANES_INLINE V log_tail(V z) {
    if (single) {
        V q = broadcast(real(0x1.31e4b8p-2));
        q = q * z + real(0x1.995eaap-2);
        return q * z + real(0x1.55557ap-1);
    }
    V q = broadcast(real(0x1.2f095f9dae78dp-3));
    q = q * z + real(0x1.39a15a503e70fp-3);
    q = q * z + real(0x1.74664272fd272p-3);
    q = q * z + real(0x1.c71c51f9189f4p-3);
    q = q * z + real(0x1.2492494203dfbp-2);
    q = q * z + real(0x1.999999997fc7ep-2);
    return q * z + real(0x1.5555555555593p-1);
}

// What log() is where it is no number.
LANES_INLINE V log_special(V x, V y) {
    y = x == infinity ? x : y;
    y = x == real(0) ? broadcast(-infinity) : y;
    return x >= real(0) ? y : broadcast(not_a_number);
}

LANES_INLINE V log(V x) {
    Split a = split(x);
    V f = a.m - real(1);
    V s = f / (f + real(2));
    V z = s * s;
    V half = f * f * real(0.5);
    // 2 s = f - s f, and s f = f^2 / 2 - s f^2 / 2: only f itself, which is exact, is large.
    V rest = s * (half + z * log_tail(z)) + a.exponent * ln2_low;
    return log_special(x, a.exponent * ln2_high + (f - (half - rest)));
}

// log(x) as a sum of two numbers, with some 12 bits more than one has; for finite x > 0.
struct Sum {
    V high, low;
};
LANES_INLINE Sum log_sum(V x) {
    Split a = split(x);
    V f = a.m - real(1);
    V d = f + real(2);
    V d_low = f - (d - real(2));
    V s = f / d;
    V s_low = (minus_product(f, s, d) - s * d_low) / d;
    V z = s * s;
    V tail = s * z * log_tail(z) + (s_low * real(2) + a.exponent * ln2_low);
    V large = a.exponent * ln2_high;  // exact
    V twice = s * real(2);
    V high = large + twice;
    V low = (twice - (high - large)) + tail;
    V sum = high + low;
    return {sum, low - (sum - high)};
}

LANES_INLINE V log10(V x) {
    const real e = single ? real(0x1.bcb7b2p-2) : real(0x1.bcb7b1526e50ep-2);  // 1 / ln 10
    const real e_low = single ? real(-0x1.5b235ep-27) : real(0x1.95355baaafad3p-57);
    Sum l = log_sum(x);
    V p = l.high * e;
    V low = product_error(l.high, broadcast(e), p) + (l.high * e_low + l.low * e);
    return log_special(x, p + low);
}

// ---------------------------------------------------------------- pow

// exp(x + rest) over the whole range of the format: 0 below, infinity above.
LANES_INLINE V exp_of_sum(V x, V rest) {
    const real end = single ? real(120) : real(800);
    const real shift = magic + real(exponent_bias);
    rest = fabs(x) < end ? rest : V{};
    x = x < -end ? broadcast(-end) : x;
    x = x > end ? broadcast(end) : x;
    V n = (x * log2_e + magic) - magic;
    V r = x - n * ln2_high;
    r = r - n * ln2_low;
    r = r + rest;
    V p = exp_tail(r) * r + real(1);
    V y = p * r + real(1);
    // 2^n may be beyond the normal numbers, so it is applied in two parts.
    V t1 = n * real(0.5) + shift;
    V t2 = (n - (t1 - shift)) + shift;
    return (y * (V)((B)t1 << mantissa_bits)) * (V)((B)t2 << mantissa_bits);
}

LANES_INLINE V pow(V x, V y) {
    V size = fabs(x);
    Sum l = log_sum(size);
    V p = y * l.high;
    V r = exp_of_sum(p, product_error(y, l.high, p) + y * l.low);
    // C's special cases, the last to apply first.
    V at_zero = y < real(0) ? broadcast(infinity) : V{};
    V at_infinity = y < real(0) ? V{} : broadcast(infinity);
    r = size == real(0) ? at_zero : r;
    r = size == infinity ? at_infinity : r;
    M endless = fabs(y) == infinity;
    r = endless ? ((size > real(1)) == (y > real(0)) ? broadcast(infinity) : V{}) : r;
    V whole = floor(y);
    M integral = whole == y;
    M odd = integral & (floor(y * real(0.5)) * real(2) != y) & ~endless;
    M negative = (M)((B)x & sign_mask) != 0;
    r = (negative & odd) ? -r : r;
    r = ((x < real(0)) & ~integral & (x != -infinity)) ? broadcast(not_a_number) : r;
    r = ((x != x) | (y != y)) ? broadcast(not_a_number) : r;
    r = ((size == real(1)) & endless) ? broadcast(real(1)) : r;
    return ((x == real(1)) | (y == real(0))) ? broadcast(real(1)) : r;
}

// ---------------------------------------------------------------- lane by lane

#define LANES_EACH(name) \
    LANES_INLINE V name(V x) { return each(x, [](real v) { return std::name(v); }); }
LANES_EACH(sin)
LANES_EACH(cos)
LANES_EACH(tan)
LANES_EACH(asin)
LANES_EACH(acos)
LANES_EACH(atan)
LANES_EACH(sinh)
LANES_EACH(cosh)
LANES_EACH(tanh)
#undef LANES_EACH
LANES_INLINE V fmod(V x, V y) { return each(x, y, [](real a, real b) { return std::fmod(a, b); }); }
LANES_INLINE V atan2(V y, V x) {
    return each(y, x, [](real a, real b) { return std::atan2(a, b); });
}

}  // namespace lanes

#endif
