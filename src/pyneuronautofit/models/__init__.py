"""Neuron models: the user's project file, or the built-in thalamocortical cell."""

import lazy_loader

# What is named in the stub beside this file is imported when it is first asked for: every worker
# would wait for all of it.
__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
