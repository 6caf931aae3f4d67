// How the values of a cell lie in memory: in `fixed`, what stays; in `kept`, what a step changes and
// the next one needs. Nothing else goes from step to step: a job ends with what is kept, and another
// begins with what was, in whatever lane and company.
#ifndef PYNEURONAUTOFIT_LAYOUT_HPP
#define PYNEURONAUTOFIT_LAYOUT_HPP

#include <vector>

#include "../tree.hpp"

namespace adaptive {

using lanes::real;
using lanes::V;
using lanes::W;
using tree::Block;
using tree::Kinds;
using tree::Tree;

// What is kept of every node, each as many numbers as there are nodes, before the states of kinds:
// voltage; current and slope of the membrane and the axial currents; how currents change by the states
// alone; the voltage of the last middle; the conductance of gates that follow the voltage.
enum Part : std::size_t { voltage_part, current_part, slope_part, drive_part, middle_part, following_part, n_part };

template <class... K> struct Layout {
    explicit Layout(const Tree &tree) : tree(tree), n(std::size_t(tree.n_node)) {
        std::size_t fixed = 3 * n, kept = n_part * n, raw = 0;
        for (int k = 0; k < Kinds<K...>::n; k++) {
            com[k] = fixed;
            fixed += n_com[k];
            par[k] = fixed;
            state[k] = kept;
            values[k] = raw;
            for (std::size_t i = 0; i < n; i++)
                if (tree.kind[i] == k) nodes[k].push_back(std::int32_t(i));
            const std::size_t count = nodes[k].size();
            fixed += count * n_par[k];
            kept += count * (Kinds<K...>::n_state[k] + n_past[k]);
            raw += count * Kinds<K...>::n_raw[k];
            past[k] = state[k] + count * Kinds<K...>::n_state[k];
        }
        n_fixed = fixed;
        n_kept = kept;
        n_value = raw;
    }

    static constexpr std::size_t n_par[] = {std::size_t(K::n_par)..., 0};
    static constexpr std::size_t n_com[] = {std::size_t(K::n_com)..., 0};
    static constexpr std::size_t n_past[] = {std::size_t(K::n_past)..., 0};

    Tree tree;
    std::size_t n, n_fixed, n_kept, n_value;
    std::vector<std::int32_t> nodes[sizeof...(K) + 1];
    // Of every kind: constants that all its nodes have in common.
    std::size_t com[sizeof...(K) + 1];
    // Of the first node of every kind.
    std::size_t par[sizeof...(K) + 1], state[sizeof...(K) + 1], past[sizeof...(K) + 1];
    std::size_t values[sizeof...(K) + 1];
    // Whether all nodes of a kind have the same constants, in every cell: then one copy serves all.
    bool same[sizeof...(K) + 1] = {};
};

}  // namespace adaptive

#endif
