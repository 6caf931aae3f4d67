// A call of the adaptive integrator: cells of one tree, prepared, with the jobs that all threads share.
#ifndef PYNEURONAUTOFIT_CALL_HPP
#define PYNEURONAUTOFIT_CALL_HPP

#include <mutex>
#include <vector>

#include "bank.hpp"
#include "protocol.hpp"
#include "queue.hpp"

namespace adaptive {

// Where the results go.
struct Results {
    double *voltage;                // [place][sweep][sample]
    std::int32_t *status;           // [cell][sweep]
    std::int64_t *steps;            // [cell][sweep]
    std::int64_t *transient_steps;  // [cell][holding]
    std::int64_t *lane_steps;       // of all lanes together: all, those that counted, rejected ones
};

// What threads do is the kernel's own business; whoever opens a call knows this of it.
class AnyCall {
  public:
    AnyCall(const Protocol &protocol, const Cells &cells, std::int64_t per_block)
        : queue(protocol, cells, per_block) {}
    virtual ~AnyCall() = default;
    virtual void work(const std::int32_t *stop) = 0;

    Queue queue;
};

template <class... K> class Call : public AnyCall {
  public:
    Call(const Tree &tree, const Protocol &protocol, const Cells &cells, const Results &results,
         std::int64_t per_block)
        : AnyCall(protocol, cells, per_block), layout(tree), protocol(protocol), results(results),
          n_node(cells.n_node), bank(layout, cells), n_saved(layout.n_kept + 2),
          saved_(std::size_t(cells.n_cell * protocol.n_holding) * n_saved) {}

    void work(const std::int32_t *stop) override;

    // Of a job's transient, when it has ended: what is kept, the next step, the last.
    real *saved(const Queue::Job &job) {
        return &saved_[std::size_t(job.cell * protocol.n_holding + job.holding) * n_saved];
    }
    // Adds steps of a thread's lanes: all, those that counted, rejected ones.
    void count(std::int64_t all, std::int64_t good, std::int64_t rejected) {
        const std::lock_guard<std::mutex> lock(mutex_);
        results.lane_steps[0] += all;
        results.lane_steps[1] += good;
        results.lane_steps[2] += rejected;
    }

    Layout<K...> layout;
    const Protocol &protocol;
    const Results results;
    const std::int32_t *const n_node;  // of every cell
    const Bank<K...> bank;
    const std::size_t n_saved;

  private:
    std::vector<real> saved_;
    std::mutex mutex_;
};

}  // namespace adaptive

#endif
