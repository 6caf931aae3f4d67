// Runs cells of one tree through a protocol with adaptive steps: what a kernel library has.
//
// A job is a cell's transient at a holding current, or one of its sweeps, which begins where the
// transient has ended. The queue says which job is next (queue.hpp), lanes of any number of threads
// do it (run.hpp), with the integrator's steps (stepper.hpp).
#ifndef PYNEURONAUTOFIT_ADAPTIVE_HPP
#define PYNEURONAUTOFIT_ADAPTIVE_HPP

#include "run.hpp"

// The functions that a kernel library has. A call is opened; threads work on it until nothing is left
// to be done; somebody else may wait for blocks of cells meanwhile; when all threads have left it is
// closed. What was handed over has to stay where it is until then.
#define ADAPTIVE_LIBRARY(...)                                                                      \
    extern "C" {                                                                                   \
    int kernel_lanes() { return adaptive::W; }                                                     \
    int kernel_real_bytes() { return int(sizeof(adaptive::real)); }                                \
    void *kernel_open(const adaptive::Tree *tree, const adaptive::Protocol *protocol,              \
                      const adaptive::Cells *cells, const adaptive::Results *results,              \
                      std::int64_t per_block) {                                                    \
        return static_cast<adaptive::AnyCall *>(                                                   \
            new adaptive::Call<__VA_ARGS__>(*tree, *protocol, *cells, *results, per_block));       \
    }                                                                                              \
    void kernel_work(void *call, const std::int32_t *stop) {                                       \
        static_cast<adaptive::AnyCall *>(call)->work(stop);                                        \
    }                                                                                              \
    std::int64_t kernel_next_block(void *call, const std::int32_t *stop) {                         \
        return static_cast<adaptive::AnyCall *>(call)->queue.next_block(stop);                     \
    }                                                                                              \
    std::int64_t kernel_cell_at(void *call, std::int64_t place) {                                  \
        return static_cast<adaptive::AnyCall *>(call)->queue.cell_at(place);                       \
    }                                                                                              \
    void kernel_close(void *call) { delete static_cast<adaptive::AnyCall *>(call); }               \
    }

#endif
