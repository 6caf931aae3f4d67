// Jobs of the adaptive integrator: which comes next.
#ifndef PYNEURONAUTOFIT_QUEUE_HPP
#define PYNEURONAUTOFIT_QUEUE_HPP

#include <algorithm>
#include <utility>
#include <vector>

#include "bank.hpp"
#include "protocol.hpp"

namespace adaptive {

// What is to be done, and in which order: all transients, then the sweeps. Large cells come first,
// since a step of all lanes takes as long as that of the largest; of cells of one size those that
// promise to take most steps, so that no long one is left for the end.
class Queue {
  public:
    struct Job {
        std::int64_t cell = -1;
        std::int32_t holding = 0, sweep = -1;  // -1: the transient
    };

    Queue(const Protocol &protocol, const Cells &cells)
        : protocol_(protocol), n_transient_(cells.n_cell * protocol.n_holding),
          n_node_(cells.n_node), hopeless_(std::size_t(cells.n_cell), 0) {}

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
            sweeps_.push_back({{n_node_[job.cell], steps}, {job.cell, job.holding, s}});
            std::push_heap(sweeps_.begin(), sweeps_.end(), shorter);
        }
    }

    // Nothing more is wanted of a cell.
    void give_up(std::int64_t cell) { hopeless_[std::size_t(cell)] = 1; }
    bool hopeless(std::int64_t cell) const { return hopeless_[std::size_t(cell)] != 0; }

  private:
    typedef std::pair<std::pair<std::int32_t, std::int64_t>, Job> Waiting;
    static bool shorter(const Waiting &a, const Waiting &b) { return a.first < b.first; }

    const Protocol &protocol_;
    std::int64_t n_transient_, begun_ = 0;
    const std::int32_t *n_node_;
    std::vector<std::uint8_t> hopeless_;
    std::vector<Waiting> sweeps_;
};

}  // namespace adaptive

#endif
