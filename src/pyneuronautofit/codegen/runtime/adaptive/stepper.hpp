// The adaptive integrator: a step of W cells of the same tree, each with a step of its own.
//
// Voltage: the implicit half step to the middle takes the currents and slopes of the step's
// beginning, and how the currents have been changing by the states alone (`drive`). The states go
// on at the voltage of the middle (the kinds' `advance`). With the states of the middle the voltage
// takes the whole step by SDIRK2 (two stages, one factorisation, L-stable; Alexander 1977). The
// error is what is left of the trapezoid rule, filtered by the same factorisation.
//
// Numbers of equations are those of docs/integrators.md, where the papers are.
//
// Units: mV, ms, nA, uS, nF; currents of mechanisms in mA/cm2, areas in um2.
#ifndef PYNEURONAUTOFIT_STEPPER_HPP
#define PYNEURONAUTOFIT_STEPPER_HPP

#include <algorithm>
#include <cstring>

#include "layout.hpp"
#include "../quick.hpp"

namespace adaptive {

using lanes::M;
using tree::per_area;
using tree::uneven;

// Where a step is, for the code of a kind of node.
struct Point {
    V v;                    // at the beginning
    V early, middle, late;  // as predicted
    V t;                    // of the middle
    V h, rate, share;       // the step, 2/h, h over the sum of this step and the last
};

// The share of the gates' drive in the prediction. Where a node is stiff it is 1/2: there drive and
// slope nearly balance, and anything else would push the voltage off its course. Where it is not it
// is 0.6: the leading errors of prediction and step cancel, by measurement.
constexpr real drive_share = real(0.6), less_if_stiff = real(0.1);
// A node is half stiff, for the prediction, where the step is half its time constant.
constexpr real stiffness_predicted = real(0.5);
// A node is half stiff where the step is so many of its time constants.
constexpr real stiffness = real(0.05);
constexpr real tiny = real(1e-30);
constexpr real gamma = real(0.29289321881345254);  // 1 - 1/sqrt(2)
constexpr real growth = (real(1) - gamma) / gamma;
// Voltages for which rates are computed: beyond, products of exponentials leave the format.
constexpr real lowest_mV = lanes::single ? real(-160) : real(-400);
constexpr real highest_mV = lanes::single ? real(120) : real(400);

// The conductance that gates make by following the voltage is in the prediction, of the last step, and
// in the step itself. It lets stiff cells, whose gates are faster than their steps, take longer ones.
template <class... K> class Stepper {
  public:
    // What a step came to.
    struct Outcome {
        V error_mV;      // the largest of all nodes
        V v, a, b;       // the recorded voltage: v + a x + b x^2, x from 0 to 1
    };

    explicit Stepper(const Layout<K...> &layout)
        : layout_(layout), full_(int(layout.n)), n_(full_),
          block_(layout.n_fixed + 2 * layout.n_kept + 9 * layout.n), fixed_(block_.take(layout.n_fixed)),
          kept_(block_.take(layout.n_kept)), next_(block_.take(layout.n_kept)) {
        V **scratch[] = {&middle_, &right_, &second_, &inverse_, &factor_, &inner_, &inner_slope_, &diagonal_, &first_};
        for (V **each : scratch) *each = block_.take(layout.n);
        std::memset(static_cast<void *>(fixed_), 0,
                    (layout.n_fixed + 2 * layout.n_kept + 9 * layout.n) * sizeof(V));
        extend(full_);
    }

    // How many nodes are computed from now on: the first of the tree, as many as its largest cell
    // has. Of nodes that come back the caller has to say what they are.
    void extend(int n) {
        n_ = n;
        for (int k = 0; k < Kinds<K...>::n; k++) {
            const auto &nodes = layout_.nodes[k];
            count_[k] = int(std::lower_bound(nodes.begin(), nodes.end(), n) - nodes.begin());
        }
    }
    int extent() const { return n_; }

    // A lane's column of what stays, and of what steps change.
    real *fixed(int lane) { return reinterpret_cast<real *>(fixed_) + lane; }
    real *kept(int lane) { return reinterpret_cast<real *>(kept_) + lane; }

    // Currents of lanes that have just begun; `fresh` says which.
    void begin(M fresh, V t) {
        V *const v = kept(voltage_part), *const total = kept(current_part), *const slope = kept(slope_part);
        V *const drive = kept(drive_part), *const past_v = kept(middle_part);
        V *const followed = kept(following_part);
        membranes(kept_, v, t, right_, second_);
        add_axial(v, right_);
        for (int i = 0; i < n_; i++) {
            total[i] = fresh ? right_[i] : total[i];
            slope[i] = fresh ? second_[i] : slope[i];
            drive[i] = fresh ? V{} : drive[i];
            past_v[i] = fresh ? V{} : past_v[i];
            followed[i] = fresh ? V{} : followed[i];
        }
        Kinds<K...>::each([&](auto, int k) {
            V *past = kept_ + layout_.past[k];
            const std::size_t count = layout_.nodes[k].size() * layout_.n_past[k];
            for (std::size_t j = 0; j < count; j++) past[j] = fresh ? V{} : past[j];
        });
    }

    // From an edge on nothing is known of how currents have been changing.
    void forget(int lane) {
        real *drive = kept(lane) + drive_part * layout_.n * W;
        // Of all nodes: how many are computed is not known yet where a larger cell has just come.
        for (int i = 0; i < full_; i++) drive[std::size_t(i) * W] = 0;
    }

    // Takes a step, which `accept` makes the present, or leaves.
    Outcome attempt(V t, V h, V share, V first_half_nA, V whole_nA) {
        const V rate = real(2) * quick::inv(h);
        predict(h, rate, first_half_nA);
        advance(t, h, rate, share);
        const V per_stage = rate * (real(0.5) / gamma);
        correct(h, per_stage, whole_nA);
        finish(t + real(0.5) * h, rate);
        return judge(h, rate, whole_nA);
    }

    // Makes the step that was attempted the present, in the lanes in which it was good enough.
    void accept(M good, bool all) {
        if (!all)
            for (std::size_t j = 0; j < layout_.n_kept; j++) next_[j] = good ? next_[j] : kept_[j];
        V *const present = kept_;
        kept_ = next_;
        next_ = present;
    }

    const V &recorded() const { return kept_[tree::electrode]; }
    // Capacitance where the current goes in, nF.
    const V &capacitance_of_electrode() const { return capacitance()[tree::electrode]; }

  private:
    V *kept(Part part) { return kept_ + part * layout_.n; }
    V *next(Part part) { return next_ + part * layout_.n; }
    const V *capacitance() const { return fixed_; }
    const V *area() const { return fixed_ + full_; }
    const V *axial() const { return fixed_ + 2 * full_; }

    // Implicit half step at the states of the beginning (eq. 5).
    void predict(V h, V rate, V stimulus_nA) {
        const V *v = kept(voltage_part), *total = kept(current_part), *slope = kept(slope_part);
        const V *drive = kept(drive_part), *followed = kept(following_part), *c = capacitance();
        for (int i = 0; i < n_; i++) {
            diagonal_[i] = c[i] * rate + slope[i] + followed[i];
            const V stiff = stiff_part(h * slope[i], stiffness_predicted * c[i]);
            right_[i] = total[i] + ((drive_share - less_if_stiff * (stiff * stiff)) * h) * drive[i];
        }
        right_[tree::electrode] += stimulus_nA;
        factorise_and_solve(right_);
        for (int i = 0; i < n_; i++)
            middle_[i] = clamped(v[i] + right_[i]);
    }

    // How stiff a node is, from 0 to 1; 1/2 where step and slope make as much as `half`.
    static V stiff_part(V g, V half) { return g * quick::inv(half + lanes::fabs(g) + tiny); }

    static V clamped(V v) {
        v = v > lowest_mV ? v : lanes::broadcast(lowest_mV);
        return v < highest_mV ? v : lanes::broadcast(highest_mV);
    }

    // States, and the currents at the old voltage with the states of the middle.
    void advance(V t, V h, V rate, V share) {
        const V *v = kept(voltage_part), *past_v = kept(middle_part), *area_um2 = area();
        V *past_v_next = next(middle_part), *followed = next(following_part);
        Kinds<K...>::each([&](auto tag, int k) {
            using Kind = typename decltype(tag)::type;
            const V *par = fixed_ + layout_.par[k], *const com = fixed_ + layout_.com[k];
            const V *state = kept_ + layout_.state[k], *past = kept_ + layout_.past[k];
            V *end = next_ + layout_.state[k], *now = next_ + layout_.past[k];
            for (int j = 0; j < count_[k]; j++) {
                const std::int32_t i = layout_.nodes[k][std::size_t(j)];
                const V middle = uneven(middle_[i]);
                const V early = v[i] + (real(2) * gamma) * (middle - v[i]);  // eq. 6
                const V late = clamped(middle + share * (middle - past_v[i]));
                const Point at{uneven(v[i]), uneven(early), middle, uneven(late), t, h, rate, share};
                const V scale = per_area * area_um2[i];
                V current, slope, conductance;
                Kind::advance(par, com, state, past, at, end, now, current, slope, conductance);
                // eq. 13. Against the voltage; what a spike grows by is followed step by step.
                followed[i] = scale * (conductance > real(0) ? conductance : V{});
                inner_[i] = -scale * current;
                inner_slope_[i] = scale * slope;
                if (!layout_.same[k]) par += Kind::n_par;
                state += Kind::n_state;
                end += Kind::n_state;
                past += Kind::n_past;
                now += Kind::n_past;
            }
        });
        for (int i = 0; i < n_; i++) past_v_next[i] = middle_[i];
    }

    // The whole step at the states of the middle. They are taken to drift through it as they did
    // through the last one, but only as far as a node is stiff: where the voltage follows the
    // currents at once, it would else lag behind them by half a step; where it does not, the drift
    // averages out, and is better not extrapolated into a spike (eq. 11).
    void correct(V h, V per_stage, V stimulus_nA) {
        const V *v = kept(voltage_part), *drive = kept(drive_part), *c = capacitance();
        const V *followed = next(following_part);
        V *v_next = next(voltage_part);
        for (int i = 0; i < n_; i++) {
            diagonal_[i] = c[i] * per_stage + inner_slope_[i] + followed[i];
            right_[i] = inner_[i] + followed[i] * (middle_[i] - v[i]);
        }
        add_axial(v, right_);
        right_[tree::electrode] += stimulus_nA;
        for (int i = 0; i < n_; i++) {
            const V stiff = stiff_part(h * inner_slope_[i], stiffness * c[i]);
            const V drift = (stiff * stiff) * (h * drive[i]);
            second_[i] = right_[i] + real(0.5) * drift;
            right_[i] += (gamma - real(0.5)) * drift;
            first_[i] = right_[i];
        }
        factorise_and_solve(right_);
        for (int i = 0; i < n_; i++)
            second_[i] += growth * (c[i] * per_stage * right_[i] - first_[i]);
        solve(second_);
        for (int i = 0; i < n_; i++) v_next[i] = v[i] + growth * right_[i] + second_[i];
    }

    // Currents at the end, and the drive (eq. 12).
    void finish(V t, V rate) {
        const V *v = kept(voltage_part), *v_next = next(voltage_part);
        V *total = next(current_part), *slope = next(slope_part), *drive = next(drive_part);
        membranes(next_, v_next, t, total, slope);
        for (int i = 0; i < n_; i++)
            drive[i] = (total[i] - inner_[i] + inner_slope_[i] * (v_next[i] - v[i])) * rate;
        add_axial(v_next, total);
    }

    // The error (eq. 14) and the recorded node's parabola (eq. 16).
    Outcome judge(V h, V rate, V stimulus_nA) {
        const V *v = kept(voltage_part), *total = kept(current_part);
        const V *v_next = next(voltage_part), *total_next = next(current_part);
        const V *c = capacitance();
        const V per_step = real(0.5) * rate;
        for (int i = 0; i < n_; i++)
            right_[i] = c[i] * per_step * (v_next[i] - v[i]) - real(0.5) * (total[i] + total_next[i]);
        right_[tree::electrode] -= stimulus_nA;
        solve(right_);
        V error{}, sum{};
        for (int i = 0; i < n_; i++) {
            const V here = lanes::fabs(right_[i]);
            error = here > error ? here : error;
            sum += here;
        }
        error = sum - sum == V{} ? error : lanes::broadcast(lanes::not_a_number);
        constexpr int r = tree::electrode;
        const V arriving = total[r] + stimulus_nA;
        const V a = h * arriving / c[r];
        return {error * (real(1) / gamma), v[r], a, v_next[r] - v[r] - a};
    }

    // Currents in nA and slopes in uS of all membranes.
    void membranes(const V *kept, const V *v, V t, V *current_nA, V *slope_uS) {
        const V *area_um2 = area();
        for (int i = 0; i < n_; i++)
            if (layout_.tree.kind[i] < 0) current_nA[i] = slope_uS[i] = V{};
        Kinds<K...>::each([&](auto tag, int k) {
            using Kind = typename decltype(tag)::type;
            const V *par = fixed_ + layout_.par[k], *const com = fixed_ + layout_.com[k];
            const V *state = kept + layout_.state[k];
            for (int j = 0; j < count_[k]; j++) {
                const std::int32_t i = layout_.nodes[k][std::size_t(j)];
                V current, slope;
                Kind::membrane(par, com, state, uneven(v[i]), t, current, slope);
                const V scale = per_area * area_um2[i];
                current_nA[i] = -scale * current;
                slope_uS[i] = scale * slope;
                if (!layout_.same[k]) par += Kind::n_par;
                state += Kind::n_state;
            }
        });
    }

    // - L V of eq. 1.
    void add_axial(const V *v, V *current_nA) const {
        const V *g = axial();
        const std::int32_t *parent = layout_.tree.parent;
        for (int i = 1; i < n_; i++) {
            const V flow = g[i] * (v[i] - v[parent[i]]);
            current_nA[i] -= flow;
            current_nA[parent[i]] += flow;
        }
    }

    // Elimination of `diagonal_` and the axial conductances from the leaves to the root (Hines
    // 1984), of a right side at the same time, and the solution. Where a node's parent is the one
    // before it, as in a cable, what goes there stays in a register: it would take longer to come
    // back from memory than all that is done with it.
    void factorise_and_solve(V *right) {
        const V *g = axial();
        const std::int32_t *parent = layout_.tree.parent;
        for (int i = 1; i < n_; i++) {
            diagonal_[i] += g[i];
            diagonal_[parent[i]] += g[i];
        }
        V pivot = diagonal_[n_ - 1], here = right[n_ - 1];
        for (int i = n_ - 1; i > 0; i--) {
            const V inverse = quick::inv(pivot), factor = g[i] * inverse;
            const V less = factor * g[i], more = factor * here;
            inverse_[i] = inverse;
            factor_[i] = factor;
            right[i] = here;
            pivot = diagonal_[i - 1];
            here = right[i - 1];
            if (parent[i] == i - 1) {
                pivot -= less;
                here += more;
            } else {
                diagonal_[parent[i]] -= less;
                right[parent[i]] += more;
            }
        }
        inverse_[0] = quick::inv(pivot);
        right[0] = here;
        go_back(right);
    }

    // With the factors of the last elimination.
    void solve(V *right) const {
        const std::int32_t *parent = layout_.tree.parent;
        V here = right[n_ - 1];
        for (int i = n_ - 1; i > 0; i--) {
            right[i] = here;
            const V more = factor_[i] * here;
            here = right[i - 1];
            if (parent[i] == i - 1)
                here += more;
            else
                right[parent[i]] += more;
        }
        right[0] = here;
        go_back(right);
    }

    void go_back(V *right) const {
        const std::int32_t *parent = layout_.tree.parent;
        V here = right[0] * inverse_[0];
        right[0] = here;
        for (int i = 1; i < n_; i++) {
            const V above = parent[i] == i - 1 ? here : right[parent[i]];
            here = right[i] * inverse_[i] + factor_[i] * above;
            right[i] = here;
        }
    }

    const Layout<K...> &layout_;
    int full_, n_;
    int count_[sizeof...(K) + 1] = {};
    Block block_;
    V *fixed_, *kept_, *next_;
    V *middle_, *right_, *second_, *inverse_, *factor_, *inner_, *inner_slope_, *diagonal_, *first_;
};

}  // namespace adaptive

#endif
