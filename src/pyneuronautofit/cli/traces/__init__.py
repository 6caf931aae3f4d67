"""Commands that simulate and score."""
