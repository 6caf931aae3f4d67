"""Generated code: .mod files and kinds of nodes in, compiled kernels out.

A straight pipeline, folder by folder: `nmodl` (text to statements), `equations` (statements to the
equations of a segment), `ir` (expressions and what can be done to them), `schemes` (a time step, as
expressions), `cpp` (expressions to C++), `runtime` (the C++ around them). Nothing here knows of
simulators, cells or NEURON's processes.
"""
