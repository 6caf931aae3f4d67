// What both integrators have: the tree of a group, memory for vectors, kinds of nodes by number.
#ifndef PYNEURONAUTOFIT_TREE_HPP
#define PYNEURONAUTOFIT_TREE_HPP

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <new>

#include "lanes.hpp"

namespace tree {

using lanes::real;
using lanes::V;
using lanes::W;

// mA/cm2 x um2 in nA, and S/cm2 x um2 in uS.
constexpr real per_area = real(0.01);
// Whether another thread has said that the result is not wanted any more; none need be able to.
inline bool stopped(const std::int32_t *stop) {
    return stop && __atomic_load_n(stop, __ATOMIC_RELAXED) != 0;
}

// The root: where the current goes in, and the voltage is recorded.
constexpr int electrode = 0;

// The tree of a group. Parents come before their children.
struct Tree {
    std::int32_t n_node;
    const std::int32_t *parent;
    const std::int32_t *kind;  // -1: a node without membrane
};

// The voltage that mechanisms get: in single precision one that is no round number.
//
// Many channels have a rate such as (v - a) / (1 - exp((a - v) / b)), which is 0/0 where v is
// exactly a. In double precision that never happens. In single precision a voltage that lies
// between -40 and -20 mV for a second meets such an `a` sooner or later; with its last bit set it
// passes by.
inline V uneven(V v) { return lanes::single ? (V)((lanes::B)v | lanes::bits(1)) : v; }

// Memory for vectors, aligned as they need it.
class Block {
  public:
    explicit Block(std::size_t n) {
        const std::size_t bytes = (n ? n : 1) * sizeof(V);
        data_ = static_cast<V *>(std::aligned_alloc(sizeof(V), bytes));
        if (!data_) throw std::bad_alloc();
    }
    ~Block() { std::free(data_); }
    Block(const Block &) = delete;
    Block &operator=(const Block &) = delete;
    V *take(std::size_t n) {
        V *taken = data_ + used_;
        used_ += n;
        return taken;
    }

  private:
    V *data_;
    std::size_t used_ = 0;
};

template <class K> struct Tag {
    using type = K;
};

// What the kinds of nodes of a kernel have in common: their sizes by number.
template <class... K> struct Kinds {
    static constexpr int n = sizeof...(K);
    static constexpr int n_raw[] = {K::n_raw..., 0};
    static constexpr int n_par[] = {K::n_par..., 0};
    static constexpr int n_state[] = {K::n_state..., 0};

    // Calls f(Tag<K>, number of the kind) for every kind.
    template <class F> static void each(F f) {
        int number = 0;
        (f(Tag<K>{}, number++), ...);
    }
};

}  // namespace tree

#endif
