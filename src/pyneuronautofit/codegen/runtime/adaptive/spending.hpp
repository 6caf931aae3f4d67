// What the steps of every lane's job may come to, and the tolerance that they are taken with.
//
// A job that takes more steps than its pace allows goes on with a looser tolerance; one that takes more
// than any may is given up. Both depend on the job's own steps alone.
#ifndef PYNEURONAUTOFIT_SPENDING_HPP
#define PYNEURONAUTOFIT_SPENDING_HPP

#include <algorithm>

#include "../lanes.hpp"
#include "protocol.hpp"

namespace adaptive {

using lanes::M;
using lanes::real;
using lanes::V;
using lanes::W;

#ifdef LANES_SINGLE
typedef std::int32_t ticks;
#else
typedef std::int64_t ticks;
#endif
typedef ticks T __attribute__((vector_size(LANES_BYTES)));

// With the looser tolerance a step is twice as long, and counts as much.
constexpr ticks loose_price = 2;

class Spending {
  public:
    explicit Spending(const Protocol &protocol) : protocol_(protocol) {
        for (int l = 0; l < W; l++) begin(l, true);
    }

    // A new job has come to a lane.
    void begin(int l, bool is_transient) {
        is_transient_[l] = is_transient;
        tolerance_mV_[l] = real(protocol_.tolerance_mV);
        price_[l] = 1;
        spent_[l] = 0;
        limit_[l] = ticks(std::min({exact(l).at_first, protocol_.most.at_first, most(l)}));
    }

    V tolerance_mV() const { return tolerance_mV_; }

    // Every lane of `active` has taken a step.
    void count(M active) { spent_ += active & price_; }

    // Where it has to be asked whether a job may go on.
    M is_over() const { return spent_ > limit_; }

    // Lets a job go on that keeps to what it may have spent by now, with a looser tolerance from now on
    // if need be; says whether it goes on.
    bool allow(int l, double now_ms) {
        const double spent = double(spent_[l]), by_now = exact(l).by(now_ms);
        const double in_all = std::min(protocol_.most.by(now_ms), double(most(l)));
        if (spent > by_now) {
            tolerance_mV_[l] = real(protocol_.loose_tolerance_mV);
            price_[l] = loose_price;
        }
        limit_[l] = ticks(price_[l] == 1 ? std::min(by_now, in_all) : in_all);
        return spent <= in_all;
    }

  private:
    std::int64_t most(int l) const { return is_transient_[l] ? protocol_.transient_limit : protocol_.sweep_limit; }
    const Pace &exact(int l) const { return is_transient_[l] ? protocol_.transient_exact : protocol_.sweep_exact; }

    const Protocol &protocol_;
    V tolerance_mV_{};
    T spent_{}, price_{}, limit_{};
    bool is_transient_[W] = {};
};

}  // namespace adaptive

#endif
