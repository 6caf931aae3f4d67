// Runs cells of one tree through a protocol with adaptive steps: jobs, lanes, step sizes.
//
// A job is a cell's transient at a holding current, or one of its sweeps, which begins where the
// transient has ended. Every lane has its own job, time and step; when a job is done the lane takes
// the next. What happens in a lane depends on nothing but its job, so the results are the same
// whatever else is simulated, in whatever order.
#ifndef PYNEURONAUTOFIT_ADAPTIVE_HPP
#define PYNEURONAUTOFIT_ADAPTIVE_HPP

#include <algorithm>
#include <cstring>
#include <utility>
#include <vector>

#include "protocol.hpp"
#include "response.hpp"
#include "stepper.hpp"

namespace adaptive {

using lanes::B;
using lanes::bits;
using tree::stopped;

#ifdef LANES_SINGLE
typedef std::int32_t ticks;
#else
typedef std::int64_t ticks;
#endif
typedef ticks T __attribute__((vector_size(LANES_BYTES)));

constexpr real safety = real(0.9);
constexpr real acceptable = real(1.2);  // error over tolerance
constexpr real least_change = real(0.2), most_change = real(2), after_rejection = real(0.9);
// Within a step, a noisy current and its mean may move the voltage apart by so many tolerances.
constexpr real wander = real(10);
constexpr std::int64_t look_every = 256;

// Cells as the caller hands them over, W to a pack: values, cable and voltages, each [row][lane].
struct Cells {
    std::int64_t n_cell;
    const real *values, *cable, *voltage;
};

// Where the results go. Arrays of [cell][sweep]; a cell's transients are its first jobs.
struct Results {
    double *const *voltage;
    std::int32_t *status;
    std::int64_t *steps;
    std::int64_t *transient_steps;  // [cell][holding]
    std::int64_t *lane_steps;       // of all lanes together: all, those that counted, rejected ones
};

// The cells of a call, prepared: a row of numbers for each, as lanes take them.
template <class... K> class Bank {
  public:
    Bank(const Layout<K...> &layout, const Cells &cells)
        : layout_(layout), start_(layout.n_kept), fixed_(std::size_t(cells.n_cell) * layout.n_fixed),
          begun_(std::size_t(cells.n_cell) * start_) {
        Block block(layout.n_fixed + start_);
        V *const fixed = block.take(layout.n_fixed), *const kept = block.take(start_);
        std::memset(static_cast<void *>(fixed), 0, (layout.n_fixed + start_) * sizeof(V));
        for (std::int64_t first = 0; first < cells.n_cell; first += W) {
            prepare(cells, std::size_t(first / W), fixed, kept);
            const int count = int(std::min<std::int64_t>(W, cells.n_cell - first));
            for (int l = 0; l < count; l++) {
                column(fixed, layout.n_fixed, l, &fixed_[std::size_t(first + l) * layout.n_fixed]);
                column(kept, start_, l, &begun_[std::size_t(first + l) * start_]);
            }
        }
    }
    const real *fixed(std::int64_t cell) const { return &fixed_[std::size_t(cell) * layout_.n_fixed]; }
    const real *begun(std::int64_t cell) const { return &begun_[std::size_t(cell) * start_]; }

  private:
    void prepare(const Cells &cells, std::size_t pack, V *fixed, V *kept) const {
        const std::size_t n = layout_.n;
        const V *values = reinterpret_cast<const V *>(cells.values) + pack * layout_.n_value;
        const V *cable = reinterpret_cast<const V *>(cells.cable) + pack * 3 * n;
        const V *voltage = reinterpret_cast<const V *>(cells.voltage) + pack * n;
        for (std::size_t i = 0; i < n; i++) {
            fixed[i] = cable[n + i];
            fixed[n + i] = cable[i];
            fixed[2 * n + i] = cable[2 * n + i];
            kept[i] = voltage[i];
        }
        Kinds<K...>::each([&](auto tag, int k) {
            using Kind = typename decltype(tag)::type;
            for (std::size_t j = 0; j < layout_.nodes[k].size(); j++) {
                const V *raw = values + layout_.values[k] + j * Kind::n_raw;
                Kind::prepare(raw, fixed + layout_.par[k] + j * Kind::n_par);
                Kind::first(raw, kept + layout_.state[k] + j * Kind::n_state);
            }
        });
    }
    static void column(const V *from, std::size_t n, int lane, real *to) {
        for (std::size_t j = 0; j < n; j++) to[j] = from[j][lane];
    }

    const Layout<K...> &layout_;
    std::size_t start_;
    std::vector<real> fixed_, begun_;
};

// What is to be done, and in which order: all transients, then the sweeps that promise to take most
// steps, so that no long one is left for the end.
class Queue {
  public:
    struct Job {
        std::int64_t cell = -1;
        std::int32_t holding = 0, sweep = -1;  // -1: the transient
    };

    Queue(const Protocol &protocol, std::int64_t n_cell)
        : protocol_(protocol), n_transient_(n_cell * protocol.n_holding), hopeless_(std::size_t(n_cell), 0) {}

    bool next(Job &job) {
        if (begun_ < n_transient_) {
            job.cell = begun_ / protocol_.n_holding;
            job.holding = std::int32_t(begun_ % protocol_.n_holding);
            job.sweep = -1;
            begun_++;
            return true;
        }
        while (!sweeps_.empty()) {
            std::pop_heap(sweeps_.begin(), sweeps_.end(), shorter);
            job = sweeps_.back().second;
            sweeps_.pop_back();
            if (!hopeless_[std::size_t(job.cell)]) return true;
        }
        return false;
    }

    // A transient has ended: its sweeps may begin.
    void transient_done(const Job &job, std::int64_t steps) {
        for (std::int32_t s = 0; s < protocol_.n_sweep; s++) {
            if (protocol_.sweeps[s].holding != job.holding) continue;
            sweeps_.push_back({steps, {job.cell, job.holding, s}});
            std::push_heap(sweeps_.begin(), sweeps_.end(), shorter);
        }
    }

    // Nothing more is wanted of a cell.
    void give_up(std::int64_t cell) { hopeless_[std::size_t(cell)] = 1; }
    bool hopeless(std::int64_t cell) const { return hopeless_[std::size_t(cell)] != 0; }

  private:
    typedef std::pair<std::int64_t, Job> Waiting;
    static bool shorter(const Waiting &a, const Waiting &b) { return a.first < b.first; }

    const Protocol &protocol_;
    std::int64_t n_transient_, begun_ = 0;
    std::vector<std::uint8_t> hopeless_;
    std::vector<Waiting> sweeps_;
};

template <class... K> class Run {
  public:
    Run(const Tree &tree, const Protocol &protocol, const Cells &cells, const Results &results)
        : layout_(tree), protocol_(protocol), results_(results), bank_(layout_, cells),
          queue_(protocol, cells.n_cell), stepper_(layout_),
          kept_size_(layout_.n_kept + 2), saved_(std::size_t(cells.n_cell * protocol.n_holding) * kept_size_),
          tick_(real(protocol.tick_ms)) {}

    void run(const std::int32_t *stop) {
        h_ = last_ = lanes::broadcast(real(protocol_.first_ms));
        left_ = T{} + 1;
        for (int l = 0; l < W; l++) idle(l);
        for (int l = 0; l < W; l++) take(l);
        std::int64_t turn = 0;
        while (n_active_ > 0) {
            if (lanes::any(begun_)) {
                stepper_.begin(begun_, time());
                begun_ = M{};
            }
            step();
            if (++turn % look_every == 0 && stopped(stop)) return;
        }
        results_.lane_steps[0] += turn * W;
        results_.lane_steps[1] += n_used_;
        results_.lane_steps[2] += n_rejected_;
    }

  private:
    struct Lane {
        Queue::Job job;
        std::int64_t segment = 0, steps = 0, limit = 0;
        Response response;
    };

    V time() const { return __builtin_convertvector(tick_now_, V) * tick_ + start_ms_; }

    // One step of all lanes.
    void step() {
        // Not a small rest before an edge: two equal steps instead.
        T n = __builtin_convertvector(h_ / tick_, T);
        n = n < 1 ? T{} + 1 : n;
        n = n * 2 > left_ ? (n >= left_ ? left_ : (left_ + 1) >> 1) : n;
        const V h = __builtin_convertvector(n, V) * tick_;
        V half_nA = stimulus_, whole_nA = stimulus_, wandered{};
        if (n_varying_ > 0) charge(n, half_nA, whole_nA, wandered);
        const V share = fresh_ ? V{} : h / (h + last_);
        auto outcome = stepper_.attempt(time() + real(0.5) * h, h, share, half_nA, whole_nA);
        V error = outcome.error_mV / real(protocol_.tolerance_mV);
        error = wandered > error ? wandered : error;

        const M least = h <= real(protocol_.least_ms) * real(1.0001), lost = error != error;
        const M good = ((error <= acceptable) | least) & ~lost & active_;
        choose(h, error, good, lost);
        respond(n, good, outcome);
        stepper_.accept(good, lanes::all(good | ~active_));
        tick_now_ = good ? tick_now_ + n : tick_now_;
        left_ = good ? left_ - n : left_;
        last_ = good ? h : last_;
        fresh_ = fresh_ & ~good;
        const M ended = (left_ <= 0) & active_, hopeless = lost & least & active_;
        const bool overdue = count(good);
        if (lanes::any(ended | hopeless) || overdue) settle_lanes(ended, hopeless);
    }

    // Gives lanes whose job, or part of a job, has ended something else to do.
    void settle_lanes(M ended, M hopeless) {
        for (int l = 0; l < W; l++) {
            if (!active_[l]) continue;
            if (lanes_[l].steps > lanes_[l].limit) {
                finish(l, too_many_steps);
                queue_.give_up(lanes_[l].job.cell);
                take(l);
            } else if (hopeless[l]) {
                // The cell's other sweeps go on: which of them fails first depends on the lanes.
                finish(l, diverged);
                take(l);
            } else if (queue_.hopeless(lanes_[l].job.cell)) {
                take(l);
            } else if (ended[l]) {
                next_segment(l);
            }
        }
    }

    // The next step: by the third root of the error, as its order is.
    void choose(V h, V error, M good, M lost) {
        const V floor = lanes::broadcast(real(1e-6));
        const V e = error > floor ? error : floor;
        V change = safety * lanes::exp(lanes::log(e) * real(-1.0 / 3.0));
        change = lost ? lanes::broadcast(least_change) : change;
        change = change > least_change ? change : lanes::broadcast(least_change);
        const V most = good ? lanes::broadcast(most_change) : lanes::broadcast(after_rejection);
        change = change < most ? change : most;
        V next = h * change;
        // A step that an edge has shortened says nothing against the step that was planned.
        const M shortened = good & (h < h_ * real(0.95)) & (next < h_) & (change > real(1));
        next = shortened ? h_ : next;
        const V least = lanes::broadcast(real(protocol_.least_ms));
        const V longest = lanes::broadcast(real(protocol_.most_ms));
        next = next > least ? next : least;
        h_ = next < longest ? next : longest;
    }

    // Counts steps; says whether a job has taken too many.
    bool count(M good) {
        bool overdue = false;
        for (int l = 0; l < W; l++) {
            if (!active_[l]) continue;
            n_used_ += good[l] != 0;
            n_rejected_ += good[l] == 0;
            overdue |= ++lanes_[l].steps > lanes_[l].limit;
        }
        return overdue;
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
        wandered /= stepper_.capacitance_of_stimulated() * (wander * real(protocol_.tolerance_mV));
    }

    void respond(T n, M good, const typename Stepper<K...>::Outcome &course) {
        for (int l = 0; l < W; l++)
            if (good[l] && lanes_[l].response.wanted())
                lanes_[l].response.take(tick_now_[l], n[l], {course.v[l], course.a[l], course.b[l]});
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
        Lane &lane = lanes_[l];
        if (!queue_.next(lane.job)) {
            idle(l);
            return;
        }
        if (!active_[l]) n_active_++;
        active_[l] = -1;
        lane.segment = lane.steps = 0;
        tick_now_[l] = 0;
        const std::size_t n_fixed = layout_.n_fixed, n_kept = layout_.n_kept;
        put(bank_.fixed(lane.job.cell), n_fixed, stepper_.fixed(l));
        if (lane.job.sweep < 0) {
            put(bank_.begun(lane.job.cell), n_kept, stepper_.kept(l));
            begun_[l] = -1;
            lane.limit = protocol_.transient_limit;
            lane.response.none();
            start_ms_[l] = -real(protocol_.transient_ticks) * tick_;
            left_[l] = ticks(protocol_.transient_ticks);
            vary(l, false);
            stimulus_[l] = real(protocol_.holding_nA[lane.job.holding]);
            restart(l);
            return;
        }
        const Sweep &sweep = protocol_.sweeps[lane.job.sweep];
        const real *saved = saved_of(lane.job);
        put(saved, n_kept, stepper_.kept(l));
        lane.limit = protocol_.sweep_limit;
        start_ms_[l] = 0;
        enter_segment(l);
        if (sweep.continues) {
            h_[l] = saved[n_kept];
            last_[l] = saved[n_kept + 1];
            fresh_[l] = 0;
        } else {
            restart(l);
        }
        double *out = results_.voltage[place(lane.job)];
        lane.response.begin(out, protocol_, stepper_.recorded()[l]);
    }

    void transient_done(int l) {
        const Queue::Job job = lanes_[l].job;
        real *saved = saved_of(job);
        const real *kept = stepper_.kept(l);
        for (std::size_t j = 0; j < layout_.n_kept; j++) saved[j] = kept[j * W];
        saved[layout_.n_kept] = h_[l];
        saved[layout_.n_kept + 1] = last_[l];
        results_.transient_steps[job.cell * protocol_.n_holding + job.holding] = lanes_[l].steps;
        queue_.transient_done(job, lanes_[l].steps);
        take(l);
        for (int other = 0; other < W; other++)
            if (!active_[other]) take(other);
    }

    // Says what has become of a job; a transient's end is that of all sweeps that follow it.
    void finish(int l, Status status) {
        const Queue::Job &job = lanes_[l].job;
        if (job.sweep >= 0) {
            results_.status[place(job)] = status;
            results_.steps[place(job)] = lanes_[l].steps;
            return;
        }
        results_.transient_steps[job.cell * protocol_.n_holding + job.holding] = lanes_[l].steps;
        for (std::int32_t s = 0; s < protocol_.n_sweep; s++)
            if (protocol_.sweeps[s].holding == job.holding)
                results_.status[job.cell * protocol_.n_sweep + s] = status;
    }

    // An idle lane goes on with what it has, from which nothing comes.
    void idle(int l) {
        if (active_[l]) n_active_--;
        active_[l] = 0;
        vary(l, false);
        lanes_[l].job = {};
        lanes_[l].response.none();
    }

    std::size_t place(const Queue::Job &job) const {
        return std::size_t(job.cell * protocol_.n_sweep + job.sweep);
    }
    real *saved_of(const Queue::Job &job) {
        return &saved_[std::size_t(job.cell * protocol_.n_holding + job.holding) * kept_size_];
    }
    static void put(const real *from, std::size_t n, real *column) {
        for (std::size_t j = 0; j < n; j++) column[j * W] = from[j];
    }

    const Layout<K...> layout_;
    const Protocol &protocol_;
    const Results &results_;
    Bank<K...> bank_;
    Queue queue_;
    Stepper<K...> stepper_;
    std::size_t kept_size_;
    std::vector<real> saved_;  // of every transient: what is kept, the next step, the last
    real tick_;
    Lane lanes_[W];
    V h_{}, last_{}, stimulus_{}, start_ms_{};
    T tick_now_{}, left_{};
    M fresh_{}, begun_{}, active_{};
    bool varying_[W] = {};
    int n_varying_ = 0, n_active_ = 0;
    std::int64_t n_used_ = 0, n_rejected_ = 0;
};

template <class... K>
void run(const Tree &tree, const Protocol &protocol, const Cells &cells, const Results &results,
         const std::int32_t *stop) {
    lanes::FlushDenormals flush;
    Run<K...>(tree, protocol, cells, results).run(stop);
}

}  // namespace adaptive

// The functions that a kernel library has.
#define ADAPTIVE_LIBRARY(...)                                                                      \
    extern "C" {                                                                                   \
    int kernel_lanes() { return adaptive::W; }                                                     \
    int kernel_real_bytes() { return int(sizeof(adaptive::real)); }                                \
    void kernel_run(const adaptive::Tree *tree, const adaptive::Protocol *protocol,                \
                    const adaptive::Cells *cells, const adaptive::Results *results,                \
                    const std::int32_t *stop) {                                                    \
        adaptive::run<__VA_ARGS__>(*tree, *protocol, *cells, *results, stop);                      \
    }                                                                                              \
    }

#endif
