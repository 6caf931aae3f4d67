"""What tests of several probes share."""

from simulators.conftest import troublesome

__all__ = ["troublesome"]
