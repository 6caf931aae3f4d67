"""Recordings: reading them, checking them, and finding the stimulus in them.

`read_recording` reads any known format; a new format is one module with a reader and one line of
`readers.py`.
"""

import lazy_loader

# What is named in the stub beside this file is imported when it is first asked for: every worker
# would wait for all of it.
__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
