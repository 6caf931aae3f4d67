"""What a fit has found, and what can be asked of it."""
