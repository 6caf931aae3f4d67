// The response of one lane: dense output of its steps, averaged into samples.
#ifndef PYNEURONAUTOFIT_RESPONSE_HPP
#define PYNEURONAUTOFIT_RESPONSE_HPP

#include <cstdint>

#include "../lanes.hpp"
#include "protocol.hpp"

namespace adaptive {

using lanes::real;
using lanes::V;
using lanes::W;

// A step's voltage: v + a x + b x^2, x from 0 to 1 (docs/integrators.md, eq. 16).
struct Course {
    real v, a, b;
};

class Response {
  public:
    void begin(double *out, const Protocol &protocol, real v) {
        out_ = out;
        n_sample_ = protocol.n_sample;
        points_ = protocol.points;
        sample_ = point_ = 0;
        sum_ = 0;
        sum_ = 0;
        add(v);
    }
    // Takes the points that lie in a step: the first at x, the others at equal distances.
    void take(std::int64_t n, real x, real between, const Course &course) {
        while (point_ != 0 && n > 0) {
            add(course.v + x * (course.a + x * course.b));
            x += between;
            n--;
        }
        const std::int64_t whole = points_ == 1 ? n : points_ == 2 ? n >> 1 : n / points_;
        n -= whole * points_;
        if (whole > 0) {
            average(whole, x, between, course);
            x += real(whole * points_) * between;
        }
        for (; n > 0; n--) {
            add(course.v + x * (course.a + x * course.b));
            x += between;
        }
    }

  private:
    void add(real v) {
        sum_ += v;
        if (++point_ < points_) return;
        out_[sample_++] = double(sum_) / double(points_);
        sum_ = 0;
        point_ = 0;
    }

    // Means of whole samples, whose first point is at x: the mean of a parabola's points is a
    // parabola.
    void average(std::int64_t n, real x, real between, const Course &course) {
        const real last = real(points_ - 1);
        const real shift = between * last * real(0.5);
        const real spread = between * between * last * (2 * last + 1) * real(1.0 / 6.0);
        const real constant = course.v + course.a * shift + course.b * spread;
        const real linear = course.a + 2 * course.b * shift;
        const real step = between * real(points_);
        V place{};
        for (int l = 0; l < W; l++) place[l] = real(l);
        V at = place * step + x;
        double *out = out_ + sample_;
        const double *end = out_ + n_sample_;
        sample_ += n;
        for (; n > 0; n -= W, out += W, at += step * real(W)) {
            const V mean = constant + at * (linear + at * course.b);
            // What is written too much is written again, by the steps that follow.
            if (end - out >= W) {
                for (int l = 0; l < W; l++) out[l] = double(mean[l]);
            } else {
                for (int l = 0; l < W && l < n; l++) out[l] = double(mean[l]);
            }
        }
    }

    double *out_ = nullptr;
    std::int64_t n_sample_ = 0, sample_ = 0;
    std::int32_t points_ = 1, point_ = 0;
    real sum_ = 0;
};

}  // namespace adaptive

#endif
