// Jobs of the adaptive integrator: which comes next, for all threads of a call; and which cells are
// done.
#ifndef PYNEURONAUTOFIT_QUEUE_HPP
#define PYNEURONAUTOFIT_QUEUE_HPP

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <tuple>
#include <utility>
#include <vector>

#include "bank.hpp"
#include "protocol.hpp"

namespace adaptive {

using tree::stopped;

// How long a thread waits before it looks whether it is to stop.
constexpr std::chrono::milliseconds patience(20);

// What is to be done, and in which order: all transients, then the sweeps. Large cells come first,
// since a step of all lanes takes as long as that of the largest; of cells of one size those that
// promise to take most steps, so that no long one is left for the end.
//
// A cell gets its place among the results when the first of its sweeps is begun. So cells are done
// nearly in the order of their places, and whoever waits for a block of them gets it early.
class Queue {
  public:
    struct Job {
        std::int64_t cell = -1;
        std::int32_t holding = 0, sweep = -1;  // -1: the transient
        std::int64_t place = -1;               // of the cell, among the results
    };

    Queue(const Protocol &protocol, const Cells &cells, std::int64_t per_block)
        : protocol_(protocol), n_cell_(cells.n_cell), n_transient_(cells.n_cell * protocol.n_holding),
          per_block_(per_block), n_node_(cells.n_node), hopeless_(new std::atomic<bool>[std::size_t(n_cell_)]()),
          settled_(std::size_t(n_transient_), 0), unsettled_(std::size_t(n_cell_), protocol.n_holding),
          n_step_(std::size_t(n_cell_), 0), left_(std::size_t(n_cell_), protocol.n_sweep), place_(std::size_t(n_cell_), -1),
          cell_at_(std::size_t(n_cell_), -1), done_(std::size_t((n_cell_ + per_block - 1) / per_block), 0) {}

    // The next job; false: there is none just now.
    bool next(Job &job) {
        const std::lock_guard<std::mutex> lock(mutex_);
        return take(job);
    }

    // The next job, also one that has to be waited for; false: there is none any more.
    bool wait(Job &job, const std::int32_t *stop) {
        std::unique_lock<std::mutex> lock(mutex_);
        while (!take(job)) {
            // Sweeps come out of transients.
            if ((n_running_ == 0 && begun_ == n_transient_) || stopped(stop)) return false;
            more_.wait_for(lock, patience);
        }
        return true;
    }

    // Whether there is a job for a lane that found none before.
    bool has_more() const { return n_waiting_.load(std::memory_order_relaxed) > 0; }

    // A transient has ended as it should: sweeps may follow it.
    void transient_done(const Job &job, std::int64_t steps) {
        const std::lock_guard<std::mutex> lock(mutex_);
        settled_[std::size_t(job.cell * protocol_.n_holding + job.holding)] = 1;
        n_step_[std::size_t(job.cell)] += steps;
        count_settled(job.cell);
        transient_ended();
    }

    // A job has ended, or was given up. With a transient go the sweeps that were to follow it.
    void ended(const Job &job) {
        const std::lock_guard<std::mutex> lock(mutex_);
        if (job.sweep >= 0) {
            count_off(job.cell, 1);
            return;
        }
        give_back(job);
        transient_ended();
    }

    // Nothing more is wanted of a cell.
    void give_up(std::int64_t cell) { hopeless_[std::size_t(cell)] = true; }
    bool hopeless(std::int64_t cell) const { return hopeless_[std::size_t(cell)]; }

    // Waits for a block of places whose cells are done and that nobody was told of; -1: there is
    // none yet, -2: there will be none.
    std::int64_t next_block(const std::int32_t *stop) {
        std::unique_lock<std::mutex> lock(mutex_);
        if (blocks_.empty() && n_told_ < done_.size() && !stopped(stop)) block_done_.wait_for(lock, patience);
        if (n_told_ == done_.size()) return -2;
        if (blocks_.empty()) return -1;
        const std::int64_t block = blocks_.front();
        blocks_.erase(blocks_.begin());
        n_told_++;
        return block;
    }
    // The cell at a place that has one.
    std::int64_t cell_at(std::int64_t place) const { return cell_at_[std::size_t(place)]; }

  private:
    typedef std::tuple<std::int32_t, std::int64_t, std::int64_t> Size;  // nodes, steps, the first cells
    typedef std::pair<Size, Job> Waiting;
    static bool shorter(const Waiting &a, const Waiting &b) { return a.first < b.first; }

    bool take(Job &job) {
        while (begun_ < n_transient_) {
            job = {begun_ / protocol_.n_holding, std::int32_t(begun_ % protocol_.n_holding), -1, -1};
            begun_++;
            if (!hopeless(job.cell)) {
                n_running_++;
                return true;
            }
            give_back(job);
        }
        while (!sweeps_.empty()) {
            std::pop_heap(sweeps_.begin(), sweeps_.end(), shorter);
            job = sweeps_.back().second;
            sweeps_.pop_back();
            n_waiting_ = sweeps_.size();
            if (!hopeless(job.cell)) {
                job.place = place_of(job.cell);
                return true;
            }
            count_off(job.cell, 1);
        }
        return false;
    }

    void transient_ended() {
        n_running_--;
        n_waiting_ = sweeps_.size();
        more_.notify_all();
    }

    // Nothing follows a transient, which may not even have begun.
    void give_back(const Job &transient) {
        std::int32_t n = 0;
        for (std::int32_t s = 0; s < protocol_.n_sweep; s++)
            n += std::int32_t(protocol_.sweeps[s].holding == transient.holding);
        count_off(transient.cell, n);
        count_settled(transient.cell);
    }

    // Of one transient more it is known what follows. With the last of them a cell's sweeps may begin,
    // all of them one after the other.
    void count_settled(std::int64_t cell) {
        if (--unsettled_[std::size_t(cell)] > 0) return;
        const Size size{n_node_[cell], n_step_[std::size_t(cell)], -cell};
        for (std::int32_t s = 0; s < protocol_.n_sweep; s++) {
            const std::int32_t holding = protocol_.sweeps[s].holding;
            if (!settled_[std::size_t(cell * protocol_.n_holding + holding)]) continue;
            sweeps_.push_back({size, {cell, holding, s, -1}});
            std::push_heap(sweeps_.begin(), sweeps_.end(), shorter);
        }
    }

    void count_off(std::int64_t cell, std::int32_t n) {
        if ((left_[std::size_t(cell)] -= n) > 0) return;
        const std::int64_t block = place_of(cell) / per_block_, first = block * per_block_;
        if (++done_[std::size_t(block)] < std::min(per_block_, n_cell_ - first)) return;
        blocks_.push_back(block);
        block_done_.notify_all();
    }

    std::int64_t place_of(std::int64_t cell) {
        std::int64_t &place = place_[std::size_t(cell)];
        if (place < 0) {
            place = n_place_++;
            cell_at_[std::size_t(place)] = cell;
        }
        return place;
    }

    const Protocol &protocol_;
    const std::int64_t n_cell_, n_transient_, per_block_;
    const std::int32_t *n_node_;
    std::mutex mutex_;  // of all that follows but what is atomic
    std::condition_variable more_, block_done_;
    std::unique_ptr<std::atomic<bool>[]> hopeless_;
    std::atomic<std::size_t> n_waiting_{0};
    std::int64_t begun_ = 0, n_running_ = 0, n_place_ = 0;  // transients begun, and under way; places
    std::vector<Waiting> sweeps_;
    std::vector<std::uint8_t> settled_;     // transients that have ended as they should
    std::vector<std::int32_t> unsettled_;   // of every cell, transients that have not ended
    std::vector<std::int64_t> n_step_;      // of every cell, steps of its transients
    std::vector<std::int32_t> left_;        // of every cell, sweeps that have not ended
    std::vector<std::int64_t> place_, cell_at_;
    std::vector<std::int64_t> done_, blocks_;    // of every block, cells that are done; blocks to tell of
    std::size_t n_told_ = 0;
};

}  // namespace adaptive

#endif
