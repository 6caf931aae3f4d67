// Runs cells of one tree through a protocol with adaptive steps: what a kernel library has.
//
// A job is a cell's transient at a holding current, or one of its sweeps, which begins where the
// transient has ended. The queue says which job is next (queue.hpp), lanes do it (run.hpp), with the
// integrator's steps (stepper.hpp).
#ifndef PYNEURONAUTOFIT_ADAPTIVE_HPP
#define PYNEURONAUTOFIT_ADAPTIVE_HPP

#include "run.hpp"

namespace adaptive {

template <class... K>
void run(const Tree &tree, const Protocol &protocol, const Cells &cells, const Results &results,
         bool stiff, const std::int32_t *stop) {
    lanes::FlushDenormals flush;
    if (stiff)
        Run<true, K...>(tree, protocol, cells, results, protocol.transient_limit).run(stop);
    else
        Run<false, K...>(tree, protocol, cells, results, protocol.stiff_limit).run(stop);
}

}  // namespace adaptive

// The functions that a kernel library has.
#define ADAPTIVE_LIBRARY(...)                                                                      \
    extern "C" {                                                                                   \
    int kernel_lanes() { return adaptive::W; }                                                     \
    int kernel_real_bytes() { return int(sizeof(adaptive::real)); }                                \
    void kernel_run(const adaptive::Tree *tree, const adaptive::Protocol *protocol,                \
                    const adaptive::Cells *cells, const adaptive::Results *results,                \
                    std::int32_t stiff, const std::int32_t *stop) {                                \
        adaptive::run<__VA_ARGS__>(*tree, *protocol, *cells, *results, stiff != 0, stop);          \
    }                                                                                              \
    }

#endif
