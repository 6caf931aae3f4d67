TITLE AMPA and NMDA synapse with depression, and tonic glutamate and GABA-B conductances

COMMENT
Two double-exponential conductances that the same events open, each normalised to a peak of 1:

    A' = -A / t1,    B' = -B / t2,    g = B - A

The NMDA conductance is blocked by magnesium (Jahr and Stevens 1990), and the part fracca of its
current is calcium:

    block  = (1 - mgblockscaler) + mgblockscaler / (1 + 0.28 exp(-0.062 v))
    i      = gsynmod (g_ampa + g_nmda block (1 - fracca)) (v - e) + GLUTg (v - e)
    ica    = gsynmod g_nmda block fracca G(v, cai, cao)
    ik     = GABABg (v - ek)

with the driving force G of Goldman, Hodgkin and Katz. The resources of a connection are depressed
after Tsodyks and Markram (1997): x are ready, y are in use and z recover; an event takes the part u0
of x. The weight of a connection is the conductance, in uS, of a synapse with all its resources and
u0 = 1, and is shared between AMPA and NMDA as AMPAp to NMDAp.

Jahr CE, Stevens CF (1990) J Neurosci 10:3178-3182.
Tsodyks MV, Markram H (1997) Proc Natl Acad Sci USA 94:719-723.
ENDCOMMENT

NEURON {
    THREADSAFE
    POINT_PROCESS AMPAandNMDAwithTone
    USEION ca READ cai, cao WRITE ica
    USEION k READ ek WRITE ik
    NONSPECIFIC_CURRENT i
    RANGE AMPAt1, AMPAt2, AMPAp, NMDAt1, NMDAt2, NMDAp
    RANGE e, GLUTg, GABABg, gsynmod, fracca, mgblockscaler
    RANGE tau_1, tau_rec, u0
    RANGE ampa_t1, nmda_t1, ampa_norm, nmda_norm
}

UNITS {
    (nA) = (nanoamp)
    (mV) = (millivolt)
    (uS) = (microsiemens)
    (mM) = (milli/liter)
}

PARAMETER {
    AMPAt1 = 1 (ms)
    AMPAt2 = 2.2 (ms)
    AMPAp = 0.5
    NMDAt1 = 1 (ms)
    NMDAt2 = 150 (ms)
    NMDAp = 0.5
    e = 0 (mV)
    GLUTg = 0 (uS)
    GABABg = 0 (uS)
    gsynmod = 1
    fracca = 0.13
    mgblockscaler = 1
    tau_1 = 3 (ms)
    tau_rec = 800 (ms)
    u0 = 0.04
}

ASSIGNED {
    v (mV)
    celsius (degC)
    cai (mM)
    cao (mM)
    ek (mV)
    i (nA)
    ica (nA)
    ik (nA)
    ampa_t1 (ms)
    nmda_t1 (ms)
    ampa_norm
    nmda_norm
}

STATE {
    Aampa (uS)
    Bampa (uS)
    Anmda (uS)
    Bnmda (uS)
}

INITIAL {
    : with equal times the two exponentials would cancel
    ampa_t1 = AMPAt1
    IF (ampa_t1 > 0.9999 * AMPAt2) {
        ampa_t1 = 0.9999 * AMPAt2
    }
    nmda_t1 = NMDAt1
    IF (nmda_t1 > 0.9999 * NMDAt2) {
        nmda_t1 = 0.9999 * NMDAt2
    }
    ampa_norm = norm(ampa_t1, AMPAt2)
    nmda_norm = norm(nmda_t1, NMDAt2)
    Aampa = 0
    Bampa = 0
    Anmda = 0
    Bnmda = 0
}

BREAKPOINT {
    SOLVE states METHOD cnexp
    currents()
}

DERIVATIVE states {
    Aampa' = -Aampa / ampa_t1
    Bampa' = -Bampa / AMPAt2
    Anmda' = -Anmda / nmda_t1
    Bnmda' = -Bnmda / NMDAt2
}

UNITSOFF

PROCEDURE currents() {
    LOCAL ampa, nmda

    ampa = gsynmod * (Bampa - Aampa)
    nmda = gsynmod * (Bnmda - Anmda) * unblocked(v)
    i = (ampa + nmda * (1.0 - fracca) + GLUTg) * (v - e)
    ica = nmda * fracca * drive(v, cai, cao)
    ik = GABABg * (v - ek)
}

: what makes the peak of the difference of two exponentials 1
FUNCTION norm(t1 (ms), t2 (ms)) {
    LOCAL peak

    peak = t1 * t2 / (t2 - t1) * log(t2 / t1)
    norm = 1.0 / (exp(-peak / t2) - exp(-peak / t1))
}

: the part of the NMDA receptors without magnesium
FUNCTION unblocked(v (mV)) {
    unblocked = 1.0 - mgblockscaler + mgblockscaler / (1.0 + 0.28 * exp(-0.062 * v))
}

: Driving force of calcium after Goldman, Hodgkin and Katz, mV.
: F = 96485.33 C/mol; R = 8.314462618 J/(mol K); the valence is 2.
FUNCTION drive(v (mV), ci (mM), co (mM)) (mV) {
    LOCAL f

    f = 8.314462618 * (celsius + 273.15) / (2e-3 * 96485.33)
    drive = f * (ci / co * exp(v / f) - 1.0) * efun(v / f)
}

: x / (exp(x) - 1), and its first-order expansion where the quotient is 0/0
FUNCTION efun(x) {
    IF (fabs(x) < 1e-4) {
        efun = 1.0 - x / 2.0
    } ELSE {
        efun = x / (exp(x) - 1.0)
    }
}

NET_RECEIVE (w (uS), y, z, tlast (ms)) {
    LOCAL slow, fast, x, share

    INITIAL {
        y = 0
        z = 0
        tlast = t
    }

    : what was in use has been spent, and what was spent has recovered, since the last event
    slow = exp(-(t - tlast) / tau_rec)
    fast = exp(-(t - tlast) / tau_1)
    z = z * slow + y * (fast - slow) / (tau_1 / tau_rec - 1.0)
    y = y * fast
    x = 1.0 - y - z
    y = y + x * u0
    tlast = t

    share = w * x * u0 / (AMPAp + NMDAp)
    Aampa = Aampa + share * AMPAp * ampa_norm
    Bampa = Bampa + share * AMPAp * ampa_norm
    Anmda = Anmda + share * NMDAp * nmda_norm
    Bnmda = Bnmda + share * NMDAp * nmda_norm
}

UNITSON
