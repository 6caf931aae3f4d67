// How long the next step of every lane is.
#ifndef PYNEURONAUTOFIT_CONTROL_HPP
#define PYNEURONAUTOFIT_CONTROL_HPP

#include "../lanes.hpp"
#include "protocol.hpp"
#include "../quick.hpp"

namespace adaptive {

using lanes::M;
using lanes::real;
using lanes::V;

constexpr real safety = real(0.85);
constexpr real least_change = real(0.2), most_change = real(2), after_rejection = real(0.9);

// The step after one of `h` that was `good` or not, when `planned` was the step before edges cut it:
// by the third root of the error, as its order is (docs/integrators.md, eq. 15). `lost`: there is no
// number for the error.
inline V next_step(V h, V planned, V error, M good, M lost, const Protocol &protocol) {
    V change = safety * quick::inverse_cube_root(error);
    change = lost ? lanes::broadcast(least_change) : change;
    change = change > least_change ? change : lanes::broadcast(least_change);
    const V most = good ? lanes::broadcast(most_change) : lanes::broadcast(after_rejection);
    change = change < most ? change : most;
    V next = h * change;
    // A step that an edge has shortened says nothing against the step that was planned.
    const M shortened = good & (h < planned * real(0.95)) & (next < planned) & (change > real(1));
    next = shortened ? planned : next;
    const V least = lanes::broadcast(real(protocol.least_ms));
    const V longest = lanes::broadcast(real(protocol.most_ms));
    next = next > least ? next : least;
    return next < longest ? next : longest;
}

}  // namespace adaptive

#endif
