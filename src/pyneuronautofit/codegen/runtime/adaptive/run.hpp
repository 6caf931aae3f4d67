// The lanes of the adaptive integrator at work.
//
// Every lane has its own job, time and step; when a job is done the lane takes the next. What
// happens in a lane depends on nothing but its job, so the results are the same whatever else is
// simulated, in whatever order.
#ifndef PYNEURONAUTOFIT_RUN_HPP
#define PYNEURONAUTOFIT_RUN_HPP

#include <algorithm>

#include "call.hpp"
#include "control.hpp"
#include "response.hpp"
#include "spending.hpp"
#include "stepper.hpp"

namespace adaptive {

using lanes::B;
using lanes::bits;

constexpr real acceptable = real(1.1);  // error over tolerance
// Within a step, a noisy current and its mean may move the voltage apart by so many tolerances.
constexpr real wander = real(10);
constexpr std::int64_t look_every = 256;

// One thread's lanes.
template <class... K> class Run {
  public:
    explicit Run(Call<K...> &call)
        : call_(call), layout_(call.layout), protocol_(call.protocol), results_(call.results), bank_(call.bank),
          queue_(call.queue), stepper_(layout_), spending_(protocol_), tick_(real(protocol_.tick_ms)),
          per_tick_(real(1.0 / protocol_.tick_ms)) {}

    void run(const std::int32_t *stop) {
        h_ = last_ = lanes::broadcast(real(protocol_.first_ms));
        left_ = T{} + 1;
        for (int l = 0; l < W; l++) idle(l);
        for (int l = 0; l < W; l++) take(l);
        std::int64_t turn = 0;
        while (n_active_ > 0 || wait(stop)) {
            if (n_active_ < W && queue_.has_more())
                for (int l = 0; l < W; l++)
                    if (!active_[l]) take(l);
            if (resized_) resize();
            if (lanes::any(begun_)) {
                stepper_.begin(begun_, time());
                begun_ = M{};
            }
            step();
            if (++turn % look_every == 0 && stopped(stop)) return;
        }
        std::int64_t good = 0, rejected = 0;
        for (int l = 0; l < W; l++) {
            good += n_good_[l];
            rejected += n_rejected_[l];
        }
        call_.count(turn * W, good, rejected);
    }

  private:
    struct Lane {
        Queue::Job job;
        std::int64_t segment = 0;
        Response response;
    };

    V time() const { return __builtin_convertvector(tick_now_, V) * tick_ + start_ms_; }

    // One step of all lanes.
    void step() {
        // Not a small rest before an edge: two equal steps instead.
        T n = __builtin_convertvector(h_ * per_tick_, T);
        n = n < 1 ? T{} + 1 : n;
        n = n * 2 > left_ ? (n >= left_ ? left_ : (left_ + 1) >> 1) : n;
        const V h = __builtin_convertvector(n, V) * tick_;
        V half_nA = stimulus_, whole_nA = stimulus_, wandered{};
        if (n_varying_ > 0) charge(n, half_nA, whole_nA, wandered);
        const V share = fresh_ ? V{} : h / (h + last_);
        auto outcome = stepper_.attempt(time() + real(0.5) * h, h, share, half_nA, whole_nA);
        V error = outcome.error_mV / spending_.tolerance_mV();
        error = wandered > error ? wandered : error;

        const M least = h <= real(protocol_.least_ms) * real(1.0001), lost = error != error;
        const M good = ((error <= acceptable) | least) & ~lost & active_;
        h_ = next_step(h, h_, error, good, lost, protocol_);
        respond(n, good, outcome);
        stepper_.accept(good, lanes::all(good | ~active_));
        tick_now_ = good ? tick_now_ + n : tick_now_;
        left_ = good ? left_ - n : left_;
        last_ = good ? h : last_;
        fresh_ = fresh_ & ~good;
        const M ended = (left_ <= 0) & active_, hopeless = lost & least & active_;
        // Masks are -1 where they are true.
        steps_ -= active_;
        spending_.count(active_);
        n_good_ -= good;
        n_rejected_ -= active_ & ~good;
        const M overdue = spending_.is_over() & active_;
        if (lanes::any(ended | hopeless | overdue)) settle_lanes(ended, hopeless, overdue);
    }

    // Gives lanes whose job, or part of a job, has ended something else to do.
    void settle_lanes(M ended, M hopeless, M overdue) {
        for (int l = 0; l < W; l++) {
            if (!active_[l]) continue;
            if (overdue[l] && !spending_.allow(l, double(tick_now_[l]) * protocol_.tick_ms)) {
                queue_.give_up(lanes_[l].job.cell);
                finish(l, too_many_steps);
                take(l);
            } else if (hopeless[l]) {
                // The cell's other sweeps go on: which of them fails first depends on the lanes.
                finish(l, diverged);
                take(l);
            } else if (queue_.hopeless(lanes_[l].job.cell)) {
                queue_.ended(lanes_[l].job);
                take(l);
            } else if (ended[l]) {
                next_segment(l);
            }
        }
    }

    // What a recorded current brings in a step, and in its first half.
    void charge(T n, V &half_nA, V &whole_nA, V &wandered) {
        const double tick_ms = protocol_.tick_ms;
        for (int l = 0; l < W; l++) {
            if (!varying_[l]) continue;
            const Sweep &sweep = protocol_.sweeps[lanes_[l].job.sweep];
            const std::int64_t from = tick_now_[l], to = from + n[l], middle = from + (n[l] + 1) / 2;
            const double at_first = charge_at(protocol_, sweep, from);
            const double at_last = charge_at(protocol_, sweep, to);
            const double at_middle = charge_at(protocol_, sweep, middle);
            const double whole = (at_last - at_first) / (double(n[l]) * tick_ms);
            const double till_middle = double(middle - from) * tick_ms;
            half_nA[l] = real((at_middle - at_first) / till_middle);
            whole_nA[l] = real(whole);
            const double apart = std::abs(at_middle - at_first - whole * till_middle);
            wandered[l] = real(apart);
        }
        wandered /= stepper_.capacitance_of_electrode() * (wander * spending_.tolerance_mV());
    }

    void respond(T n, M good, const typename Stepper<K...>::Outcome &course) {
        const int shift = protocol_.point_shift;
        const T first = (tick_now_ >> shift) + 1, last = (tick_now_ + n) >> shift;
        const T count = good & listening_ & (last - first + 1);
        if (!lanes::any(count > 0)) return;
        const V per = quick::inv(__builtin_convertvector(n, V));
        const V between = per * real(std::int64_t(1) << shift);
        const V x = __builtin_convertvector((first << shift) - tick_now_, V) * per;
        for (int l = 0; l < W; l++)
            if (count[l] > 0)
                lanes_[l].response.take(count[l], x[l], between[l],
                                        {course.v[l], course.a[l], course.b[l]});
    }

    // --- jobs

    void next_segment(int l) {
        Lane &lane = lanes_[l];
        if (lane.job.sweep < 0) {
            transient_done(l);
            return;
        }
        const Sweep &sweep = protocol_.sweeps[lane.job.sweep];
        if (++lane.segment == sweep.n_segment) {
            finish(l, finished);
            take(l);
            return;
        }
        enter_segment(l);
        restart(l);
    }

    void enter_segment(int l) {
        const Lane &lane = lanes_[l];
        const Sweep &sweep = protocol_.sweeps[lane.job.sweep];
        left_[l] = ticks(sweep.end_tick[lane.segment] - tick_now_[l]);
        const double level = sweep.level_nA[lane.segment];
        vary(l, level != level);
        stimulus_[l] = level == level ? real(level) : real(0);
    }

    // Lets the largest cell in a lane say how many nodes are computed. Of a smaller one the nodes
    // beyond its own, which are connected to nothing, are at rest.
    void resize() {
        resized_ = false;
        int largest = 1;
        for (int l = 0; l < W; l++)
            if (active_[l]) largest = std::max(largest, int(size_[l]));
        if (largest > stepper_.extent())
            for (int l = 0; l < W; l++) put_to_rest(l, largest);
        stepper_.extend(largest);
    }

    void put_to_rest(int l, int largest) {
        if (!active_[l]) {  // it goes on with any cell, and nothing comes of it
            put(bank_.fixed(0), layout_.n_fixed, stepper_.fixed(l));
            put(bank_.begun(0), layout_.n_kept, stepper_.kept(l));
            return;
        }
        const std::int64_t cell = lanes_[l].job.cell;
        const real *begun = bank_.begun(cell);
        real *kept = stepper_.kept(l);
        for (int part = 0; part < n_part; part++)
            for (int i = size_[l]; i < largest; i++)
                kept[(std::size_t(part) * layout_.n + std::size_t(i)) * W] =
                    begun[std::size_t(part) * layout_.n + std::size_t(i)];
        for (int k = 0; k < Kinds<K...>::n; k++)
            for (std::size_t j = 0; j < layout_.nodes[k].size(); j++)
                if (layout_.nodes[k][j] >= size_[l]) copy_node(begun, kept, k, j);
    }

    void copy_node(const real *from, real *column, int k, std::size_t j) const {
        const std::size_t n_state = std::size_t(Kinds<K...>::n_state[k]), n_past = layout_.n_past[k];
        for (std::size_t q = 0; q < n_state; q++) {
            const std::size_t at = layout_.state[k] + j * n_state + q;
            column[at * W] = from[at];
        }
        for (std::size_t q = 0; q < n_past; q++) {
            const std::size_t at = layout_.past[k] + j * n_past + q;
            column[at * W] = from[at];
        }
    }

    void vary(int l, bool varies) {
        n_varying_ += int(varies) - int(varying_[l]);
        varying_[l] = varies;
    }

    // Nothing is known of what comes.
    void restart(int l) {
        h_[l] = real(protocol_.first_ms);
        last_[l] = real(protocol_.first_ms);
        fresh_[l] = -1;
        stepper_.forget(l);
    }

    void take(int l) {
        Queue::Job job;
        if (queue_.next(job))
            enter(l, job);
        else
            idle(l);
    }

    // Waits until there is something to do; false: there is nothing any more.
    bool wait(const std::int32_t *stop) {
        Queue::Job job;
        if (!queue_.wait(job, stop)) return false;
        enter(0, job);
        return true;
    }

    void enter(int l, const Queue::Job &job) {
        Lane &lane = lanes_[l];
        lane.job = job;
        if (!active_[l]) n_active_++;
        active_[l] = -1;
        size_[l] = call_.n_node[job.cell];
        resized_ = true;
        lane.segment = 0;
        steps_[l] = 0;
        tick_now_[l] = 0;
        spending_.begin(l, job.sweep < 0);
        const std::size_t n_fixed = layout_.n_fixed, n_kept = layout_.n_kept;
        put(bank_.fixed(job.cell), n_fixed, stepper_.fixed(l));
        if (job.sweep < 0) {
            put(bank_.begun(job.cell), n_kept, stepper_.kept(l));
            begun_[l] = -1;
            listening_[l] = 0;
            start_ms_[l] = -real(protocol_.transient_ticks) * tick_;
            left_[l] = ticks(protocol_.transient_ticks);
            vary(l, false);
            stimulus_[l] = real(protocol_.holding_nA[job.holding]);
            restart(l);
            return;
        }
        const Sweep &sweep = protocol_.sweeps[job.sweep];
        const real *saved = call_.saved(job);
        put(saved, n_kept, stepper_.kept(l));
        // What lay beyond the nodes that were computed when it was saved is anything.
        put_to_rest(l, int(layout_.n));
        start_ms_[l] = 0;
        enter_segment(l);
        if (sweep.continues) {
            h_[l] = saved[n_kept];
            last_[l] = saved[n_kept + 1];
            fresh_[l] = 0;
        } else {
            restart(l);
        }
        double *out = results_.voltage + (job.place * protocol_.n_sweep + job.sweep) * protocol_.n_sample;
        lane.response.begin(out, protocol_, stepper_.recorded()[l]);
        listening_[l] = -1;
    }

    void transient_done(int l) {
        const Queue::Job job = lanes_[l].job;
        real *saved = call_.saved(job);
        const real *kept = stepper_.kept(l);
        for (std::size_t j = 0; j < layout_.n_kept; j++) saved[j] = kept[j * W];
        saved[layout_.n_kept] = h_[l];
        saved[layout_.n_kept + 1] = last_[l];
        results_.transient_steps[job.cell * protocol_.n_holding + job.holding] = steps_[l];
        queue_.transient_done(job, steps_[l]);
        take(l);
    }

    // Says what has become of a job; a transient's end is that of all sweeps that follow it.
    void finish(int l, Status status) {
        const Queue::Job &job = lanes_[l].job;
        std::int32_t *const of_cell = results_.status + job.cell * protocol_.n_sweep;
        if (job.sweep >= 0) {
            of_cell[job.sweep] = status;
            results_.steps[job.cell * protocol_.n_sweep + job.sweep] = steps_[l];
        } else {
            results_.transient_steps[job.cell * protocol_.n_holding + job.holding] = steps_[l];
            for (std::int32_t s = 0; s < protocol_.n_sweep; s++)
                if (protocol_.sweeps[s].holding == job.holding) of_cell[s] = status;
        }
        queue_.ended(job);
    }

    // An idle lane goes on with what it has, from which nothing comes.
    void idle(int l) {
        if (active_[l]) n_active_--;
        active_[l] = 0;
        resized_ = true;
        vary(l, false);
        lanes_[l].job = {};
        listening_[l] = 0;
    }

    static void put(const real *from, std::size_t n, real *column) {
        for (std::size_t j = 0; j < n; j++) column[j * W] = from[j];
    }

    Call<K...> &call_;
    const Layout<K...> &layout_;
    const Protocol &protocol_;
    const Results &results_;
    const Bank<K...> &bank_;
    Queue &queue_;
    Stepper<K...> stepper_;
    Spending spending_;
    real tick_, per_tick_;
    Lane lanes_[W];
    V h_{}, last_{}, stimulus_{}, start_ms_{};
    T tick_now_{}, left_{};
    T steps_{}, n_good_{}, n_rejected_{};
    M fresh_{}, begun_{}, active_{}, listening_{};
    std::int32_t size_[W] = {};
    bool varying_[W] = {};
    bool resized_ = true;
    int n_varying_ = 0, n_active_ = 0;
};

template <class... K> void Call<K...>::work(const std::int32_t *stop) {
    lanes::FlushDenormals flush;
    Run<K...>(*this).run(stop);
}

}  // namespace adaptive

#endif
