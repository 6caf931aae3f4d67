// Runs a lane group: W cells of the same tree, each with its own parameters, current and result.
//
// The scheme is NEURON's fixed step: the tree is solved implicitly with the currents and slopes at
// the old voltage (Hines 1984), then every node advances its states at the new one. All of a
// group's values lie in one block of memory that fits the first cache, and stay there for a whole
// sweep. Numbers of equations are those of docs/integrators.md, where the papers are.
//
// Units: mV, ms, nA, uS, nF; currents of mechanisms in mA/cm2, areas in um2.
#ifndef PYNEURONAUTOFIT_DRIVER_HPP
#define PYNEURONAUTOFIT_DRIVER_HPP

#include "tree.hpp"

namespace driver {

using lanes::real;
using lanes::V;
using lanes::W;
using tree::Block;
using tree::Kinds;
using tree::per_area;
using tree::stopped;
using tree::Tree;
using tree::uneven;

// How often it is looked whether anything is still wanted of a group: in steps before t = 0, in
// samples after it.
constexpr std::int64_t look_every = 256;

// Whether an event can come to a kind of node.
template <class K, class = void> struct Receives {
    static constexpr bool value = false;
};
template <class K> struct Receives<K, decltype((void)&K::receive)> {
    static constexpr bool value = true;
};

template <class... K> class Group {
  public:
    Group(const Tree &tree, const real *values, const real *cable, const real *dt)
        : tree_(tree), n_(tree.n_node), block_(size(tree)) {
        const auto n = std::size_t(n_);
        // In the order in which they are gone through in a step.
        v_ = block_.take(n);
        diagonal_ = block_.take(n);
        right_ = block_.take(n);
        fixed_ = block_.take(n);
        area_ = block_.take(n);
        axial_ = block_.take(n);
        lost_ = block_.take(n);
        current_ = block_.take(n);
        slope_ = block_.take(n);
        dt_ = lanes::load(dt);
        for (int k = 0; k < Kinds<K...>::n; k++) {
            const auto count = std::size_t(count_of(k));
            par_[k] = block_.take(count * Kinds<K...>::n_par[k]);
            state_[k] = block_.take(count * Kinds<K...>::n_state[k]);
            nodes_[k] = new std::int32_t[count + 1];
            int place = 0;
            for (int i = 0; i < n_; i++)
                if (tree.kind[i] == k) nodes_[k][place++] = i;
            nodes_[k][place] = -1;
        }
        prepare_cable(cable);
        prepare_kinds(values);
    }
    ~Group() {
        for (int k = 0; k < Kinds<K...>::n; k++) delete[] nodes_[k];
    }
    Group(const Group &) = delete;
    Group &operator=(const Group &) = delete;

    // Vectors that a state consists of: voltage, what its sum has lost, current and slope of the
    // nodes; states of the kinds.
    static std::size_t state_size(const Tree &tree) {
        std::size_t total = 4 * std::size_t(tree.n_node);
        for (int i = 0; i < tree.n_node; i++)
            if (tree.kind[i] >= 0) total += Kinds<K...>::n_state[tree.kind[i]];
        return total;
    }

    void begin(const real *values, const real *voltage, const real *t) {
        for (int i = 0; i < n_; i++) {
            v_[i] = lanes::load(voltage + i * W);
            lost_[i] = current_[i] = slope_[i] = V{};
        }
        t_ = lanes::load(t);
        const V *raw[Kinds<K...>::n + 1];
        split(values, raw);
        Kinds<K...>::each([&](auto tag, int k) {
            using Kind = typename decltype(tag)::type;
            for (int j = 0; nodes_[k][j] >= 0; j++) {
                const int i = nodes_[k][j];
                Kind::first(raw[k] + std::size_t(j) * Kind::n_raw,
                            state_[k] + std::size_t(j) * Kind::n_state, uneven(v_[i]),
                            t_ + real(0.5) * dt_, dt_, current_[i], slope_[i]);
            }
        });
    }

    void load(const real *state, const real *t) {
        t_ = lanes::load(t);
        each_kept([&](V &kept) {
            kept = lanes::load(state);
            state += W;
        });
    }

    void save(real *state) {
        each_kept([&](V &kept) {
            lanes::store(state, kept);
            state += W;
        });
    }

    // One time step with a current at its middle.
    void step(V stimulus) {
        for (int i = 0; i < n_; i++) {
            diagonal_[i] = fixed_[i] + slope_[i] * area_[i];
            right_[i] = -current_[i] * area_[i];
        }
        right_[tree::electrode] += stimulus;
        solve();
        t_ += dt_;
        const V middle = t_ + real(0.5) * dt_;
        Kinds<K...>::each([&](auto tag, int k) {
            using Kind = typename decltype(tag)::type;
            const V *par = par_[k];
            V *state = state_[k];
            for (const std::int32_t *node = nodes_[k]; *node >= 0; node++) {
                const int i = *node;
                Kind::step(par, state, uneven(v_[i]), t_, middle, current_[i], slope_[i]);
                par += Kind::n_par;
                state += Kind::n_state;
            }
        });
    }

    V recorded() const { return v_[tree::electrode]; }
    V voltage(int node) const { return v_[node]; }
    V time() const { return t_; }

    // An event between two steps, in the node's process that takes events; its currents follow.
    void receive(int node, V weight) {
        Kinds<K...>::each([&](auto tag, int k) {
            using Kind = typename decltype(tag)::type;
            if constexpr (Receives<Kind>::value) {
                for (int j = 0; nodes_[k][j] >= 0; j++)
                    if (nodes_[k][j] == node)
                        Kind::receive(par_[k] + std::size_t(j) * Kind::n_par,
                                      state_[k] + std::size_t(j) * Kind::n_state,
                                      uneven(v_[node]), t_, t_ + real(0.5) * dt_, weight,
                                      current_[node], slope_[node]);
            }
        });
    }

  private:
    static std::size_t size(const Tree &tree) {
        std::size_t total = 9 * std::size_t(tree.n_node);
        for (int i = 0; i < tree.n_node; i++) {
            const int k = tree.kind[i];
            if (k >= 0) total += Kinds<K...>::n_par[k] + Kinds<K...>::n_state[k];
        }
        return total;
    }

    int count_of(int k) const {
        int count = 0;
        for (int i = 0; i < n_; i++) count += tree_.kind[i] == k;
        return count;
    }

    // `cable`: areas, capacitances, conductances to the parent, each [node][lane].
    void prepare_cable(const real *cable) {
        const real *capacitance = cable + n_ * W, *conductance = cable + 2 * n_ * W;
        for (int i = 0; i < n_; i++) {
            area_[i] = per_area * lanes::load(cable + i * W);
            fixed_[i] = lanes::load(capacitance + i * W) / dt_;
            axial_[i] = lanes::load(conductance + i * W);
        }
        for (int i = 1; i < n_; i++) {
            fixed_[i] += axial_[i];
            fixed_[tree_.parent[i]] += axial_[i];
        }
    }

    // `values`: for every kind, for every node of it, its variables, each [lane].
    void split(const real *values, const V **raw) const {
        for (int k = 0; k < Kinds<K...>::n; k++) {
            raw[k] = reinterpret_cast<const V *>(values);
            values += std::size_t(count_of(k)) * Kinds<K...>::n_raw[k] * W;
        }
    }

    void prepare_kinds(const real *values) {
        const V *raw[Kinds<K...>::n + 1];
        split(values, raw);
        Kinds<K...>::each([&](auto tag, int k) {
            using Kind = typename decltype(tag)::type;
            for (int j = 0; nodes_[k][j] >= 0; j++)
                Kind::prepare(raw[k] + std::size_t(j) * Kind::n_raw,
                              par_[k] + std::size_t(j) * Kind::n_par, dt_);
        });
    }

    template <class F> void each_kept(F f) {
        for (int i = 0; i < n_; i++) f(v_[i]);
        for (int i = 0; i < n_; i++) f(lost_[i]);
        for (int i = 0; i < n_; i++) f(current_[i]);
        for (int i = 0; i < n_; i++) f(slope_[i]);
        for (int k = 0; k < Kinds<K...>::n; k++) {
            const int count = count_of(k) * Kinds<K...>::n_state[k];
            for (int j = 0; j < count; j++) f(state_[k][j]);
        }
    }

    // Gauss elimination from the leaves to the root, for the change of the voltages (eq. 2).
    void solve() {
        const std::int32_t *parent = tree_.parent;
        for (int i = n_ - 1; i > 0; i--) {
            const V flow = axial_[i] * (v_[i] - v_[parent[i]]);
            right_[i] -= flow;
            right_[parent[i]] += flow;
        }
        for (int i = n_ - 1; i > 0; i--) {
            diagonal_[i] = lanes::inv(diagonal_[i]);
            const V share = axial_[i] * diagonal_[i];
            diagonal_[parent[i]] -= share * axial_[i];
            right_[parent[i]] += share * right_[i];
        }
        right_[0] = lanes::div(right_[0], diagonal_[0]);
        move(0);
        for (int i = 1; i < n_; i++) {
            right_[i] = (right_[i] + axial_[i] * right_[parent[i]]) * diagonal_[i];
            move(i);
        }
    }

    // Adds its change to a voltage. At rest a change is a millionth of the voltage, of which single
    // precision loses most: what was lost is added to the next change (W. Kahan, "Further remarks on
    // reducing truncation errors", Communications of the ACM 8 (1965) 40).
    void move(int i) {
        if (lanes::single) {
            const V change = right_[i] + lost_[i], moved = v_[i] + change;
            lost_[i] = change - (moved - v_[i]);
            v_[i] = moved;
        } else {
            v_[i] += right_[i];
        }
    }

    Tree tree_;
    int n_;
    Block block_;
    V *v_, *diagonal_, *right_, *fixed_, *area_, *axial_, *lost_, *current_, *slope_;
    V *par_[Kinds<K...>::n + 1], *state_[Kinds<K...>::n + 1];
    std::int32_t *nodes_[Kinds<K...>::n + 1];
    V dt_, t_;
};

// From the values that were read to the state after some steps at constant currents.
template <class... K>
void settle(const Tree &tree, const real *values, const real *cable, const real *voltage,
            const real *dt, const real *t, const real *holding, std::int64_t n_step, real *state,
            const std::int32_t *stop) {
    lanes::FlushDenormals flush;
    Group<K...> group(tree, values, cable, dt);
    group.begin(values, voltage, t);
    const V stimulus = lanes::load(holding);
    for (std::int64_t k = 0; k < n_step; k++) {
        group.step(stimulus);
        if (k % look_every == look_every - 1 && stopped(stop)) return;
    }
    group.save(state);
}

// A sweep from a state on: the mean voltage of every sample in each lane.
//
// Sample k of the result is the mean over the points k * substeps + j. The current is linear
// between its samples and taken at the middle of each step; after the last sample it goes on as it
// did before it, which is what NEURON's play does.
template <class... K>
void respond(const Tree &tree, const real *values, const real *cable, const real *state,
             const real *dt, const double *const *current, std::int64_t n_sample,
             std::int32_t substeps, double *const *voltage, const std::int32_t *stop) {
    lanes::FlushDenormals flush;
    Group<K...> group(tree, values, cable, dt);
    alignas(sizeof(V)) const real zero[W] = {};
    group.load(state, zero);
    V here{}, next{}, difference{};
    for (int l = 0; l < W; l++) next[l] = real(current[l][0]);
    const real share = real(1) / real(substeps);
    for (std::int64_t k = 0; k < n_sample; k++) {
        here = next;
        if (k + 1 < n_sample) {
            for (int l = 0; l < W; l++) next[l] = real(current[l][k + 1]);
            difference = next - here;
        }
        V sum = group.recorded();
        for (std::int32_t j = 0; j < substeps; j++) {
            // The last step would only make a point that belongs to no sample.
            if (j + 1 == substeps && k + 1 == n_sample) break;
            group.step(here + difference * ((real(j) + real(0.5)) * share));
            if (j + 1 < substeps) sum += group.recorded();
        }
        const V mean = sum * share;
        for (int l = 0; l < W; l++) voltage[l][k] = double(mean[l]);
        if (k % look_every != look_every - 1) continue;
        if (stopped(stop)) return;
        if (!lanes::any(mean - mean == V{})) {
            // Nothing but nan is left, and nothing else can come.
            for (std::int64_t rest = k + 1; rest < n_sample; rest++)
                for (int l = 0; l < W; l++) voltage[l][rest] = double(mean[l] - mean[l]);
            return;
        }
    }
}

}  // namespace driver

// The functions that every library with fixed steps has, by which its callers lay out memory.
#define KERNEL_SIZES(...)                                                                          \
    int kernel_lanes() { return driver::W; }                                                       \
    int kernel_real_bytes() { return int(sizeof(driver::real)); }                                  \
    std::int64_t kernel_state_size(const driver::Tree *tree) {                                     \
        return std::int64_t(driver::Group<__VA_ARGS__>::state_size(*tree));                        \
    }

// The functions that a kernel library has.
#define KERNEL_LIBRARY(...)                                                                        \
    extern "C" {                                                                                   \
    KERNEL_SIZES(__VA_ARGS__)                                                                      \
    void kernel_settle(const driver::Tree *tree, const driver::real *values,                       \
                       const driver::real *cable, const driver::real *voltage,                     \
                       const driver::real *dt, const driver::real *t, const driver::real *holding, \
                       std::int64_t n_step, driver::real *state, const std::int32_t *stop) {       \
        driver::settle<__VA_ARGS__>(*tree, values, cable, voltage, dt, t, holding, n_step, state,  \
                                    stop);                                                         \
    }                                                                                              \
    void kernel_respond(const driver::Tree *tree, const driver::real *values,                      \
                        const driver::real *cable, const driver::real *state,                      \
                        const driver::real *dt, const double *const *current,                      \
                        std::int64_t n_sample, std::int32_t substeps, double *const *voltage,      \
                        const std::int32_t *stop) {                                                \
        driver::respond<__VA_ARGS__>(*tree, values, cable, state, dt, current, n_sample, substeps, \
                                     voltage, stop);                                               \
    }                                                                                              \
    }

#endif
