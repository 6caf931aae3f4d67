TITLE Sends an event for every event: no part of a membrane

NEURON {
    ARTIFICIAL_CELL Relay
}

NET_RECEIVE (w) { net_event(t) }
