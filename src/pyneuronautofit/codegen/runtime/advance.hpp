// Runs a lane group from any state on, for probes: current steps, long rests, events.
//
// The same steps as in driver.hpp. Here a lane has a current of its own that is switched on and
// off, several nodes can be watched, and a lane may only be wanted until its cell fires.
#ifndef PYNEURONAUTOFIT_ADVANCE_HPP
#define PYNEURONAUTOFIT_ADVANCE_HPP

#include "driver.hpp"

namespace advance {

using driver::Group;
using driver::Tree;
using lanes::real;
using lanes::V;
using lanes::W;

// From the values that were read to a state at t = 0.
template <class... K>
void begin(const Tree &tree, const real *values, const real *cable, const real *voltage,
           const real *dt, real *state) {
    lanes::FlushDenormals flush;
    alignas(sizeof(V)) const real zero[W] = {};
    Group<K...> group(tree, values, cable, dt);
    group.begin(values, voltage, zero);
    group.save(state);
}

// An event of some weight, in every lane, before the next step.
template <class... K>
void receive(const Tree &tree, const real *values, const real *cable, const real *dt,
             const real *t, std::int32_t node, const real *weight, real *state) {
    lanes::FlushDenormals flush;
    Group<K...> group(tree, values, cable, dt);
    group.load(state, t);
    group.receive(node, lanes::load(weight));
    group.save(state);
}

// What is done while time passes; the arrays have one element for each lane.
struct Plan {
    std::int64_t n_step;
    const double *amplitude;     // nA, from the step `on` to the one before `off`
    const std::int64_t *on;
    const std::int64_t *off;
    std::int32_t n_watched;      // nodes whose voltages are wanted
    std::int32_t every;          // after so many steps each time; 0: never
    const std::int32_t *watched;
    double *const *voltage;      // [lane][watched node]: where they go
    double threshold;            // mV, of the recorded node
    std::int64_t *crossed;       // the first step that ends above it and began below; or null
};

// The currents of the lanes, which change rarely.
class Clamps {
  public:
    explicit Clamps(const Plan &plan) : plan_(plan) {}
    V at(std::int64_t k) {
        if (k >= until_) change(k);
        return now_;
    }

  private:
    void change(std::int64_t k) {
        until_ = plan_.n_step;
        for (int l = 0; l < W; l++) {
            const std::int64_t on = plan_.on[l], off = plan_.off[l];
            now_[l] = on <= k && k < off ? real(plan_.amplitude[l]) : real(0);
            if (on > k && on < until_) until_ = on;
            if (off > k && off < until_) until_ = off;
        }
    }
    const Plan &plan_;
    std::int64_t until_ = 0;
    V now_{};
};

// Notes the first step with which each lane crosses the threshold; says whether all have done so.
inline bool note_crossings(const Plan &plan, V before, V now, std::int64_t k) {
    const V threshold = lanes::broadcast(real(plan.threshold));
    if (!lanes::any((now > threshold) & (before <= threshold))) return false;
    bool all = true;
    for (int l = 0; l < W; l++) {
        const bool here = now[l] > threshold[l] && before[l] <= threshold[l];
        if (here && plan.crossed[l] < 0) plan.crossed[l] = k;
        all = all && plan.crossed[l] >= 0;
    }
    return all;
}

// Steps from a state to a state. Ends before where nothing is to be gained: all lanes have crossed
// the threshold, or none has a number left; the states are good for nothing then.
template <class... K>
void advance(const Tree &tree, const real *values, const real *cable, const real *dt, real *t,
             real *state, const Plan &plan, const std::int32_t *stop) {
    lanes::FlushDenormals flush;
    Group<K...> group(tree, values, cable, dt);
    group.load(state, t);
    Clamps clamps(plan);
    std::int32_t waited = 0;
    std::int64_t sample = 0;
    V before = group.recorded();
    for (std::int64_t k = 0; k < plan.n_step; k++) {
        group.step(clamps.at(k));
        if (plan.every && ++waited == plan.every) {
            waited = 0;
            for (int w = 0; w < plan.n_watched; w++) {
                const V voltage = group.voltage(plan.watched[w]);
                for (int l = 0; l < W; l++)
                    plan.voltage[l * plan.n_watched + w][sample] = double(voltage[l]);
            }
            sample++;
        }
        if (plan.crossed) {
            const V now = group.recorded();
            if (note_crossings(plan, before, now, k)) break;
            before = now;
        }
        if (k % driver::look_every != driver::look_every - 1) continue;
        const V here = group.recorded();
        if (tree::stopped(stop) || !lanes::any(here - here == V{})) break;
    }
    group.save(state);
    lanes::store(t, group.time());
}

}  // namespace advance

// The functions that a kernel library for probes has.
#define PROBE_LIBRARY(...)                                                                         \
    extern "C" {                                                                                   \
    KERNEL_SIZES(__VA_ARGS__)                                                                      \
    void kernel_begin(const driver::Tree *tree, const driver::real *values,                        \
                      const driver::real *cable, const driver::real *voltage,                      \
                      const driver::real *dt, driver::real *state) {                               \
        advance::begin<__VA_ARGS__>(*tree, values, cable, voltage, dt, state);                     \
    }                                                                                              \
    void kernel_receive(const driver::Tree *tree, const driver::real *values,                      \
                        const driver::real *cable, const driver::real *dt, const driver::real *t,  \
                        std::int32_t node, const driver::real *weight, driver::real *state) {      \
        advance::receive<__VA_ARGS__>(*tree, values, cable, dt, t, node, weight, state);           \
    }                                                                                              \
    void kernel_advance(const driver::Tree *tree, const driver::real *values,                      \
                        const driver::real *cable, const driver::real *dt, driver::real *t,        \
                        driver::real *state, const advance::Plan *plan,                            \
                        const std::int32_t *stop) {                                                \
        advance::advance<__VA_ARGS__>(*tree, values, cable, dt, t, state, *plan, stop);            \
    }                                                                                              \
    }

#endif
