"""The built-in model: a thalamocortical cell."""
