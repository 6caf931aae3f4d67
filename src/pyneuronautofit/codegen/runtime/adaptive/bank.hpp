// Cells as they are handed over, and prepared for the lanes of the adaptive integrator.
#ifndef PYNEURONAUTOFIT_BANK_HPP
#define PYNEURONAUTOFIT_BANK_HPP

#include <algorithm>
#include <cstring>
#include <vector>

#include "layout.hpp"

namespace adaptive {

// Cells as the caller hands them over, W to a pack: values, cable and voltages, each [row][lane].
struct Cells {
    std::int64_t n_cell;
    const real *values, *cable, *voltage;
    const std::int32_t *n_node;  // of every cell; largest cells come first
};

// The cells of a call, prepared: a row of numbers for each, as lanes take them.
template <class... K> class Bank {
  public:
    Bank(Layout<K...> &layout, const Cells &cells)
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
        for (int k = 0; k < Kinds<K...>::n; k++) layout.same[k] = all_same(layout, k, cells.n_cell);
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
                Kind::prepare(raw, fixed + layout_.par[k] + j * Kind::n_par, fixed + layout_.com[k]);
                Kind::first(raw, kept + layout_.state[k] + j * Kind::n_state);
            }
        });
    }
    bool all_same(const Layout<K...> &layout, int k, std::int64_t n_cell) const {
        const std::size_t n = layout.n_par[k];
        for (std::int64_t cell = 0; cell < n_cell; cell++) {
            const real *par = fixed(cell) + layout.par[k];
            for (std::size_t j = 1; j < layout.nodes[k].size(); j++)
                if (std::memcmp(par, par + j * n, n * sizeof(real)) != 0) return false;
        }
        return true;
    }
    static void column(const V *from, std::size_t n, int lane, real *to) {
        for (std::size_t j = 0; j < n; j++) to[j] = from[j][lane];
    }

    const Layout<K...> &layout_;
    std::size_t start_;
    std::vector<real> fixed_, begun_;
};

}  // namespace adaptive

#endif
