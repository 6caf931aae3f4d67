// What all cells of a call of the adaptive integrator go through, as the caller hands it over.
//
// Times are whole numbers of ticks. The points of the response, `points` of which make a sample, are
// a power of two of ticks apart, so no clock ever drifts, and edges and ends are hit exactly.
#ifndef PYNEURONAUTOFIT_PROTOCOL_HPP
#define PYNEURONAUTOFIT_PROTOCOL_HPP

#include <cmath>
#include <cstdint>

namespace adaptive {

// The current of a sweep. Between two edges it is a constant level, or nan: then it is what was
// recorded, noise and all, and enters as its charge. At an edge it jumps.
struct Sweep {
    std::int64_t n_segment;
    const std::int64_t *end_tick;  // of every segment
    const double *level_nA;        // of every segment
    const double *current_nA;      // samples, and one more
    const double *charge;          // nA ms up to every sample
    const std::uint8_t *jump;      // whether there is an edge between a sample and the next
    std::int32_t holding;          // its place among the holding currents
    std::int32_t continues;        // whether the holding current simply goes on
};

// How many steps may have been taken by a time.
struct Pace {
    std::int64_t at_first;
    double per_ms;

    double by(double time_ms) const { return double(at_first) + per_ms * time_ms; }
};

struct Protocol {
    std::int64_t n_sample;
    std::int64_t transient_ticks;
    std::int64_t transient_limit, sweep_limit;  // steps that a job may take in all
    Pace most;                                  // a job that takes more is given up
    Pace transient_exact, sweep_exact;          // one that takes more goes on with `loose_tolerance_mV`
    double tick_ms;
    double tolerance_mV, loose_tolerance_mV;
    double least_ms, most_ms, first_ms;  // steps: their bounds, and the first after an edge
    std::int32_t points;                 // of the response in a sample
    std::int32_t point_shift;            // log2 of ticks between points
    std::int32_t n_holding, n_sweep;
    const double *holding_nA;
    const Sweep *sweeps;
};

// Charge that has flowed since a sweep began, nA ms. The current is linear between its samples, but
// where there is an edge: that is in the middle of the interval.
inline double charge_at(const Protocol &protocol, const Sweep &sweep, std::int64_t tick) {
    const std::int64_t per_sample = std::int64_t(protocol.points) << protocol.point_shift;
    const std::int64_t k = tick / per_sample;
    const double step = double(per_sample) * protocol.tick_ms;
    const double f = double(tick - k * per_sample) / double(per_sample);
    if (f == 0.0) return sweep.charge[k];
    const double here = sweep.current_nA[k], next = sweep.current_nA[k + 1];
    if (sweep.jump[k])
        return f <= 0.5 ? sweep.charge[k] + step * f * here
                        : sweep.charge[k + 1] - step * (1.0 - f) * next;
    return sweep.charge[k] + step * f * (here + 0.5 * f * (next - here));
}

// What became of a job.
enum Status : std::int32_t { unfinished = 0, finished = 1, diverged = 2, too_many_steps = 3 };

}  // namespace adaptive

#endif
