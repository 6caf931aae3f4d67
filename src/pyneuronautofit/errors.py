"""What can go wrong because of something the user gave us.

Every error of this tree has a message that says what was expected, what was found, where, and what
to do about it. The command line prints that message and exits with code 2; nothing else of the
package turns an error into text. A failure of one simulated candidate is *not* an error: it is a
status of that candidate (`pyneuronautofit.simulators.RunStatus`).
"""

from __future__ import annotations


class PyNeuronAutofitError(Exception):
    """Base of all errors that a user can cause and mend."""


class UsageError(PyNeuronAutofitError):
    """A flag or an argument has a value that cannot be used."""


class NotAvailableError(PyNeuronAutofitError):
    """Something that needs what is not installed."""


class RecordingError(PyNeuronAutofitError):
    """A recording cannot be read, or does not hold what a fit needs."""


class MaskError(PyNeuronAutofitError):
    """An evaluation mask cannot be read, or names sweeps that do not exist."""


class ParameterError(PyNeuronAutofitError):
    """A searched parameter is declared in a way that makes no sense."""


class ModelError(PyNeuronAutofitError):
    """The neuron model cannot be loaded, compiled or built."""


class UnsupportedModel(ModelError):  # noqa: N818 - it is raised for a sound model
    """The batch simulator cannot simulate this model; NEURON can."""


class DatabaseError(PyNeuronAutofitError):
    """A file of models cannot be read."""


class RunError(PyNeuronAutofitError):
    """A run's store cannot be read or continued."""


class NotAgreedError(RunError):
    """A run names a file that would be executed, and the user has not agreed to that."""


class OutputError(PyNeuronAutofitError):
    """A result cannot be written where it was asked for."""


class ProofError(PyNeuronAutofitError):
    """An export does not do in its own engine what the fitted model does."""
