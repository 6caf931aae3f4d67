"""The batch simulator: generated SIMD code over lanes of candidates and sweeps."""
